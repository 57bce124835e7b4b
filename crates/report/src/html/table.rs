//! Table of found networks: one row per network, one column per figure that any of them has.

use crate::architecture::FoundNet;
use crate::markup::joined;
use crate::svg::escape;

/// Text of a cell for a figure that a network does not have.
const ABSENT: &str = "–";

pub(super) fn render(nets: &[FoundNet]) -> String {
    let columns = columns(nets);
    let heads = joined(&columns, |name| format!("<th>{}</th>", escape(name)));
    let rows = joined(nets, |net| row(net, &columns));
    format!(
        "<div class=\"card table\"><table><thead><tr><th>id</th>{heads}</tr></thead>\n\
         <tbody>{rows}</tbody></table></div>\n"
    )
}

/// URL fragment of the picture of a network.
pub(super) fn anchor(id: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    format!("net-{}", id.chars().map(plain).collect::<String>())
}

fn row(net: &FoundNet, columns: &[&str]) -> String {
    let value = |name: &str| {
        let stat = net.stats.iter().find(|(other, _)| other == name);
        stat.map_or_else(|| ABSENT.into(), |(_, value)| escape(value))
    };
    let cells = joined(columns, |name| format!("<td>{}</td>", value(name)));
    let link = format!("<a href=\"#{}\">{}</a>", anchor(&net.id), escape(&net.id));
    format!("<tr><td>{link}</td>{cells}</tr>\n")
}

/// Names of figures in the order in which they first appear.
fn columns(nets: &[FoundNet]) -> Vec<&str> {
    let mut columns: Vec<&str> = Vec::new();
    for (name, _) in nets.iter().flat_map(|net| &net.stats) {
        if !columns.contains(&name.as_str()) {
            columns.push(name);
        }
    }
    columns
}
