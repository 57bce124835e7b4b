//! Sections of the page, in reading order.

use super::budgets;
use super::report::Report;
use super::table;
use crate::architecture;
use crate::curves;
use crate::explorer;
use crate::markup::joined;
use crate::ranking;
use crate::sheet::Sample;
use crate::svg::escape;

/// Section of the page with its heading.
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    note: &'static str,
    body: String,
}

impl Section {
    pub(super) fn to_html(&self) -> String {
        let Self { id, title, note, body } = self;
        let note =
            if note.is_empty() { String::new() } else { format!("<p class=\"note\">{note}</p>\n") };
        format!("<section id=\"{id}\">\n<h2>{title}</h2>\n{note}{body}</section>\n")
    }
}

/// Sections of the parts that are not empty.
pub(super) fn all(report: &Report) -> Vec<Section> {
    [
        found(report),
        training(report),
        search(report),
        preferences(report),
        ranking(report),
        networks(report),
        samples(report),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn found(report: &Report) -> Option<Section> {
    (!report.budgets.is_empty()).then(|| Section {
        id: "result",
        title: "Result",
        note: "The best network found within each budget, by its score in the first task with shared weights; \
               fine-tuning comes after. RUN in the commands is the folder of this run.",
        body: budgets::render(&report.budgets),
    })
}

fn training(report: &Report) -> Option<Section> {
    let charts = joined(&report.curves, |curve| card("chart", &curves::draw(curve).inline()));
    let columns = columns(report.curves.len());
    (!report.curves.is_empty()).then(|| Section {
        id: "training",
        title: "Training",
        note: "",
        body: format!("<div class=\"charts\" style=\"--columns:{columns}\">{charts}</div>\n"),
    })
}

/// Charts side by side where the window is wide: as many as leave the last row fullest.
fn columns(charts: usize) -> usize {
    match charts {
        0..=2 => charts.max(1),
        4 => 2,
        _ => 3,
    }
}

fn search(report: &Report) -> Option<Section> {
    report.search.as_ref().map(|_| Section {
        id: "search",
        title: "Search",
        note: "Every dot is a scored network, from the first generation (light) to the last; the line is the front of \
               the two chosen objectives within the ceilings.",
        body: explorer::markup().to_owned(),
    })
}

fn preferences(report: &Report) -> Option<Section> {
    report.preferences.as_ref().map(|preferences| Section {
        id: "preferences",
        title: "What the search prefers",
        note: "Mean shares of blocks and of fusion edges, by scale and step. P1 to P4 are the networks that ScaleNAS \
               published for human pose.",
        body: explorer::table(preferences),
    })
}

fn ranking(report: &Report) -> Option<Section> {
    let plots = joined(&report.rankings, |plot| card("chart", &ranking::draw(plot).inline()));
    let columns = columns(report.rankings.len());
    (!report.rankings.is_empty()).then(|| Section {
        id: "ranking",
        title: "Ranking",
        note: "Each dot is a network with two scores. The closer the dots are to a rising line, the further the \
               search can be trusted.",
        body: format!("<div class=\"charts\" style=\"--columns:{columns}\">{plots}</div>\n"),
    })
}

fn networks(report: &Report) -> Option<Section> {
    let nets = &report.architectures;
    let pictures = joined(nets, |net| {
        let drawing = architecture::draw(&net.spec, &net.architecture, &net.id, &net.stats);
        let anchor = escape(&table::anchor(&net.id));
        format!("<figure class=\"card wide\" id=\"{anchor}\">{}</figure>\n", drawing.inline())
    });
    (!nets.is_empty()).then(|| Section {
        id: "networks",
        title: "Found networks",
        note: "Rows are branches from fine to coarse, columns are steps. Squares are residual blocks; \
               curves carry features from one branch to another.",
        body: table::render(nets) + &pictures,
    })
}

fn samples(report: &Report) -> Option<Section> {
    let figures = joined(&report.samples, figure);
    (!report.samples.is_empty()).then(|| Section {
        id: "samples",
        title: "Sample predictions",
        note: "",
        body: format!("<div class=\"samples\">{figures}</div>\n"),
    })
}

fn figure(sample: &Sample) -> String {
    let caption = escape(&sample.caption);
    let address = sample.address();
    format!(
        "<figure class=\"card sample\"><img alt=\"{caption}\" loading=\"lazy\" src=\"{address}\">\
         <figcaption>{caption}</figcaption></figure>\n"
    )
}

fn card(kind: &str, content: &str) -> String {
    format!("<div class=\"card {kind}\">{content}</div>")
}
