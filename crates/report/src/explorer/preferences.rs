//! Table of what a search prefers: shares of depth and fusion of several sets of networks, side by side.

use scalenas_space::Tendency;

use crate::markup::joined;
use crate::svg::escape;

/// A set of networks with its tendency.
#[derive(Debug, Clone, PartialEq)]
pub struct Preference {
    /// Name of the set.
    pub name: String,
    /// Mean shares over the set.
    pub tendency: Tendency,
}

/// Sets of networks to compare.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preferences {
    /// Names of the branches, from fine to coarse.
    pub branches: Vec<String>,
    /// The sets.
    pub sets: Vec<Preference>,
}

/// Table with a bar for every share.
pub(crate) fn table(preferences: &Preferences) -> String {
    let sets = &preferences.sets;
    let heads = joined(sets, |set| format!("<th>{}</th>", escape(&set.name)));
    let rows = |name: &dyn Fn(usize) -> String, shares: fn(&Tendency) -> &[f64]| -> String {
        let count = sets.iter().map(|set| shares(&set.tendency).len()).max().unwrap_or(0);
        let row = |index: usize| {
            let cell = |set: &Preference| cell(shares(&set.tendency).get(index).copied());
            let cells = joined(sets, cell);
            format!("<tr><td>{}</td>{cells}</tr>\n", escape(&name(index)))
        };
        joined(0..count, row)
    };
    let branch = |index: usize| {
        let branch = preferences.branches.get(index);
        format!("depth at {}", branch.cloned().unwrap_or_else(|| format!("branch {index}")))
    };
    format!(
        "<div class=\"card table shares\"><table><thead><tr><th>share of what the space allows</th>{heads}</tr>\
         </thead>\n<tbody>{}{}{}</tbody></table></div>\n",
        rows(&branch, |tendency| &tendency.depth),
        rows(&|step| format!("coarse to fine after step {}", step + 1), |tendency| &tendency.up),
        rows(&|step| format!("fine to coarse after step {}", step + 1), |tendency| &tendency.down),
    )
}

fn cell(share: Option<f64>) -> String {
    share.map_or_else(
        || "<td>–</td>".to_owned(),
        |share| {
            let percent = 100.0 * share;
            format!("<td><i style=\"--share:{share:.3}\"></i><span>{percent:.0} %</span></td>")
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_other_spaces_leave_cells_empty() {
        let set = |name: &str, depth: &[f64]| Preference {
            name: name.to_owned(),
            tendency: Tendency { depth: depth.to_vec(), ..Tendency::default() },
        };
        let sets = vec![set("front", &[0.5, 1.0]), set("P1 & P2", &[0.25])];
        let html = table(&Preferences { branches: vec!["1/4".into(), "1/8".into()], sets });
        assert!(html.contains("depth at 1/8") && html.contains("P1 &amp; P2"), "{html}");
        assert!(html.contains("--share:0.500") && html.contains("<td>–</td>"), "{html}");
    }
}
