//! A PostgreSQL server of its own, for the time of a test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A running server in a folder of its own.
pub struct Server {
    folder: tempfile::TempDir,
    programs: PathBuf,
    url: String,
}

/// Programs that make a certificate of the machine, which is its own authority.
const CERTIFICATE: [&str; 14] = [
    "req",
    "-x509",
    "-new",
    "-nodes",
    "-days",
    "2",
    "-subj",
    "/CN=127.0.0.1",
    "-addext",
    "subjectAltName=IP:127.0.0.1",
    "-addext",
    "basicConstraints=critical,CA:FALSE",
    "-keyout",
    "server.key",
];

impl Server {
    /// Starts a server that takes encrypted connections alone; its certificate is [`Server::certificate`].
    pub fn start_encrypted() -> Option<Self> {
        let server = Self::prepared()?;
        let out = format!("{}/server.crt", server.folder.path().display());
        let call: Vec<&str> = CERTIFICATE.into_iter().chain(["-out", &out]).collect();
        server.call_program(Path::new("openssl"), &call);
        let data = PathBuf::from(server.data());
        fs::write(data.join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\n")
            .expect("writable");
        server.begin(&[
            "-c ssl=on",
            "-c ssl_cert_file=../server.crt",
            "-c ssl_key_file=../server.key",
        ]);
        Some(server)
    }

    /// Certificate of a server with encrypted connections.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("server.crt")
    }

    /// Starts a server; `None` where PostgreSQL is not installed, which only tests of changes that are to land refuse.
    pub fn start() -> Option<Self> {
        let server = Self::prepared()?;
        server.begin(&[]);
        Some(server)
    }

    /// A server that does not run yet.
    fn prepared() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(
                std::env::var_os("CI").is_none(),
                "PostgreSQL is not installed (Debian: postgresql)"
            );
            println!("skipped: PostgreSQL is not installed");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let url = format!("postgres://scalenas@127.0.0.1:{port}/postgres");
        let server = Self { folder, programs, url };
        server.give_away();
        let data = server.data();
        server.call("initdb", &["-D", &data, "-U", "scalenas", "-A", "trust", "--no-sync"]);
        Some(server)
    }

    /// Address of its database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends the server as a failure would, and starts it again.
    pub fn restart(&self) {
        self.call("pg_ctl", &["-D", &self.data(), "stop", "-m", "immediate"]);
        std::thread::sleep(Duration::from_millis(200));
        self.begin(&[]);
    }

    fn begin(&self, more: &[&str]) {
        let port = self.url.rsplit([':', '/']).nth(1).expect("a port");
        let (sockets, more) = (self.folder.path().display(), more.join(" "));
        let options = format!("-p {port} -k {sockets} -c listen_addresses=127.0.0.1 {more}");
        let log = format!("{sockets}/log");
        self.call("pg_ctl", &["-D", &self.data(), "-o", &options, "-l", &log, "-w", "start"]);
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    /// The server refuses to run as root: then its folder belongs to the user that its package makes.
    fn give_away(&self) {
        if is_root() {
            let folder = self.folder.path().display().to_string();
            let owned = Command::new("chown").args(["postgres", &folder]).status();
            assert!(
                owned.is_ok_and(|status| status.success()),
                "the package makes the user postgres"
            );
        }
    }

    fn call(&self, program: &str, arguments: &[&str]) {
        self.call_program(&self.programs.join(program), arguments);
    }

    fn call_program(&self, path: &Path, arguments: &[&str]) {
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        // A server keeps the streams of the call that starts it.
        let (out, errors) = (self.folder.path().join("out"), self.folder.path().join("errors"));
        command.stdout(fs::File::create(&out).expect("writable"));
        command.stderr(fs::File::create(&errors).expect("writable"));
        let status = command.status().expect("the program starts");
        let said = fs::read_to_string(errors).unwrap_or_default();
        assert!(status.success(), "{}: {said}", path.display());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.call("pg_ctl", &["-D", &self.data(), "stop", "-m", "immediate"]);
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout == b"0\n")
}

/// Folder of the server's programs: on the path, or where Debian has them.
fn programs() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = debian.map(|version| version.path().join("bin"));
    on_path.chain(debian).find(|folder| has(folder, "initdb") && has(folder, "pg_ctl"))
}

fn has(folder: &Path, program: &str) -> bool {
    folder.join(program).exists()
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
