//! Page of a run for browsers, made anew while the run goes on.

use std::net::SocketAddr;

use anyhow::Result;
use scalenas_evolve::{Outcome, StopReason};
use scalenas_report::Sample;
use scalenas_train::RunFolder;
use serde_json::json;
use tiny_http::{Header, Method, Request, Response, Server};

use super::page::{page, samples, search_of};
use crate::error::user;
use crate::render::{Output, warn};

/// Seconds between reloads while a run goes on.
const RELOAD: u32 = 10;

/// Predictions of the best network, which take seconds.
#[derive(Default)]
struct Samples {
    best: String,
    samples: Vec<Sample>,
}

/// Shows the page of a run at an address until the process is ended.
pub fn serve(run: &RunFolder, address: SocketAddr, output: Output) -> Result<()> {
    let server = Server::http(address).map_err(|error| {
        user(format!("--serve {address}: {error}; accepted: a free address of this machine, such as 127.0.0.1:0"))
    })?;
    let url = format!("http://{}", server.server_addr());
    let text = format!("{} at {url}; Ctrl-C ends it", run.path().display());
    output.result(&json!({ "url": url }), text)?;
    let mut known = Samples::default();
    for request in server.incoming_requests() {
        // A visitor who leaves early is no reason to end.
        let _ = answer(request, || html(run, &mut known));
    }
    Ok(())
}

/// The page; whatever keeps it from being made is shown in its place.
fn answer(request: Request, html: impl FnOnce() -> Result<String>) -> std::io::Result<()> {
    let path = request.url().split(['?', '#']).next().unwrap_or_default().to_owned();
    if !matches!(request.method(), Method::Get | Method::Head) || path != "/" {
        return request.respond(Response::from_string("not found").with_status_code(404));
    }
    let (kind, body, code) = match html() {
        Ok(html) => ("text/html; charset=utf-8", html, 200),
        Err(error) => {
            warn(format!("no page: {error:#}"));
            ("text/plain; charset=utf-8", format!("{error:#}"), 500)
        }
    };
    let kind = Header::from_bytes("Content-Type", kind).expect("a plain header");
    let fresh = Header::from_bytes("Cache-Control", "no-store").expect("a plain header");
    let response = Response::from_string(body).with_status_code(code);
    request.respond(response.with_header(kind).with_header(fresh))
}

fn html(run: &RunFolder, known: &mut Samples) -> Result<String> {
    // The folder says more from one call to the next.
    let run = RunFolder::open(run.path())?;
    let search = search_of(&run)?;
    let finished = search.as_ref().filter(|search| search.reason != StopReason::Interrupted);
    let shown = finished.map(|search| known.of(&run, search)).transpose()?.unwrap_or_default();
    let mut report = page(&run, search.as_ref(), Vec::new(), shown)?;
    report.reload = finished.is_none().then_some(RELOAD);
    Ok(report.to_html())
}

impl Samples {
    /// Predictions of the best network of a search, made once.
    fn of(&mut self, run: &RunFolder, search: &Outcome) -> Result<Vec<Sample>> {
        let best = search.front().last().map(|best| best.id.clone()).unwrap_or_default();
        if self.best != best {
            self.samples = samples(run, Some(search))?;
            self.best = best;
        }
        Ok(self.samples.clone())
    }
}
