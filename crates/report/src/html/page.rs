//! Frame of the page: head, navigation, sections, embedded data.
//!
//! Invariants: the page loads nothing from anywhere (its content security policy forbids it),
//! and equal reports give equal bytes: nothing is added that the report does not hold.

use super::report::Report;
use super::sections::{self, Section};
use crate::explorer::{self, Explorer};
use crate::markup::joined;
use crate::svg::escape;
use crate::theme;

const PAGE_CSS: &str = include_str!("page.css");
const PAGE_SCRIPT: &str = include_str!("page.js");
/// Content security policy of the page, which holds everything itself.
const POLICY: &str =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

impl Report {
    /// The page as HTML text.
    pub fn to_html(&self) -> String {
        let title = escape(&self.title);
        let sections = sections::all(self);
        let links = joined(&sections, |section| {
            format!("<a href=\"#{}\">{}</a>", section.id, section.title)
        });
        let body = joined(&sections, Section::to_html);
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             {reload}<title>{title}</title>\n<style>\n{PAGE_CSS}{theme}{view_style}</style>\n</head>\n<body>\n\
             <header><div class=\"bar\"><nav>{links}</nav>\
             <button id=\"theme\" type=\"button\">Light / dark</button></div>\n\
             <h1>{title}</h1>\n{summary}</header>\n<main>\n{body}</main>\n\
             <script type=\"application/json\" id=\"report-data\">{data}</script>\n{view_data}\
             <script>\n{PAGE_SCRIPT}{view_script}</script>\n</body>\n</html>\n",
            theme = theme::page_css(),
            summary = summary(&self.summary),
            data = embedded(&self.data),
            reload = self.reload.map(reload).unwrap_or_default(),
            view_style = self.search.as_ref().map_or("", |_| explorer::STYLE),
            view_script = self.search.as_ref().map_or("", |_| explorer::SCRIPT),
            view_data = self.search.as_ref().map(view_data).unwrap_or_default(),
        )
    }
}

/// Element that loads the page again.
fn reload(seconds: u32) -> String {
    format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">\n")
}

/// Networks of the view of the search.
fn view_data(view: &Explorer) -> String {
    let data = embedded(&explorer::data(view));
    format!("<script type=\"application/json\" id=\"explorer-data\">{data}</script>\n")
}

fn summary(entries: &[(String, String)]) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let entry = |(name, value): &(String, String)| {
        format!("<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value))
    };
    format!("<dl class=\"summary\">{}</dl>\n", joined(entries, entry))
}

/// JSON text that cannot end the script element around it.
fn embedded(data: &serde_json::Value) -> String {
    data.to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curves::{Curve, Series};
    use crate::sheet::Sample;

    fn report() -> Report {
        Report {
            title: "run </title><script>".into(),
            summary: vec![("seed".into(), "7 & 8".into())],
            curves: vec![Curve {
                name: "loss".into(),
                series: vec![Series { label: "train".into(), points: vec![(0.0, 1.0)] }],
                x_label: "epoch".into(),
                y_label: "MSE".into(),
            }],
            samples: vec![Sample { caption: "<i>".into(), image: vec![0xff, 0xd8] }],
            data: serde_json::json!({"note": "</script><b>"}),
            ..Report::default()
        }
    }

    #[test]
    fn text_cannot_leave_its_place() {
        let html = report().to_html();
        assert!(!html.contains("</title><script>") && !html.contains("</script><b>"));
        assert!(html.contains("7 &amp; 8") && html.contains("&lt;i&gt;"));
    }

    #[test]
    fn data_survive_embedding() {
        let html = report().to_html();
        let (_, rest) = html.split_once("id=\"report-data\">").unwrap();
        let (json, _) = rest.split_once("</script>").unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(json).unwrap(), report().data);
    }

    #[test]
    fn the_page_is_self_contained_and_reproducible() {
        let html = report().to_html();
        for source in ["src=\"http", "href=\"http", "url(", "@import"] {
            assert!(!html.contains(source), "{source}");
        }
        assert_eq!(html, report().to_html());
    }

    #[test]
    fn empty_parts_leave_no_heading() {
        let html = Report::default().to_html();
        assert!(!html.contains("<section") && !html.contains("<dl"));
    }
}
