//! The page of a run in browsers, before, while and after its search.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::common::{Place, command, scalenas};

/// A server that ends with the test.
struct Served {
    process: Child,
    /// Address without the protocol.
    address: String,
}

impl Served {
    fn start(run: &str) -> Self {
        let call = ["report", "--run", run, "--serve", "127.0.0.1:0", "--json"];
        let mut process = command(&call).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let address = said["url"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
        Self { process, address }
    }

    /// Head and body of the answer for a path.
    fn get(&self, path: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const RELOADS: &str = "http-equiv=\"refresh\"";
const VIEW: &str = "id=\"explorer-data\"";

#[test]
fn the_page_follows_the_run() {
    let place = Place::new();
    place.supernet("run", &[]).good();
    let run = place.arg("run");
    let served = Served::start(&run);
    let (head, page) = served.get("/");
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("text/html"), "{head}");
    assert!(page.contains(RELOADS) && page.contains("Training") && !page.contains(VIEW));
    assert!(served.get("/run.json").0.starts_with("HTTP/1.1 404"));
    scalenas(&["evolve", "--run", &run]).good();
    let (_, page) = served.get("/?again");
    assert!(!page.contains(RELOADS) && page.contains(VIEW) && page.contains("data:image"));
    // A search that goes on has scores and no outcome yet.
    fs::rename(place.path("run/search/outcome.ron"), place.path("outcome.ron")).unwrap();
    let (_, page) = served.get("/");
    assert!(page.contains(RELOADS) && page.contains(VIEW) && page.contains("so far"));
    let taken = ["report", "--run", &run, "--serve", &served.address];
    scalenas(&taken).fixable(&["--serve", &served.address, "accepted: a free address"]);
    let wrong = ["report", "--run", &run, "--serve", "8642"];
    scalenas(&wrong).fixable(&["--serve", "8642", "accepted: an address with its port"]);
}
