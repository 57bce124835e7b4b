//! First screen: the best network per budget, beside those that a search compares with.

use super::report::Budget;
use super::table::anchor;
use crate::markup::joined;
use crate::svg::escape;

/// Table of the best networks and the commands that use them.
pub(super) fn render(budgets: &[Budget]) -> String {
    let names = budgets.first().map(|budget| &budget.stats[..]).unwrap_or_default();
    let heads = joined(names, |(name, _)| format!("<th>{}</th>", escape(name)));
    format!(
        "<div class=\"card table budgets\"><table><thead><tr><th>budget</th><th>network</th>{heads}<th></th></tr>\
         </thead>\n<tbody>{}</tbody></table></div>\n",
        joined(budgets, row)
    )
}

fn row(budget: &Budget) -> String {
    let cells = joined(&budget.stats, |(_, value)| format!("<td>{}</td>", escape(value)));
    let id = escape(&budget.id);
    let network =
        if budget.is_drawn { format!("<a href=\"#{}\">{id}</a>", anchor(&budget.id)) } else { id };
    let commands = joined(&budget.commands, |command| escape(command) + "\n");
    let commands = if commands.is_empty() {
        String::new()
    } else {
        format!("<details><summary>use it</summary><pre>{commands}</pre></details>")
    };
    let class = if budget.is_reference { " class=\"reference\"" } else { "" };
    format!(
        "<tr{class}><td>{}</td><td>{network}</td>{cells}<td>{commands}</td></tr>\n",
        escape(&budget.name)
    )
}
