//! The binary itself: what it prints and how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Output, Stdio};

/// The binary with nothing set but what a test sets, in an empty folder.
fn greenlit(folder: &tempfile::TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_greenlit"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .current_dir(folder.path())
        .env("GREENLIT_DATA_DIR", folder.path().join("data"))
        .env("BETTER_AUTH_SECRET", "0123456789abcdef0123456789abcdef")
        .stdin(Stdio::null());
    command
}

fn outcome(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    (
        status.code(),
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    )
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn help_and_version_need_nothing() {
    let folder = folder();
    let (code, help, _) = outcome(greenlit(&folder).arg("--help"));
    assert_eq!(code, Some(0));
    assert!(help.contains("greenlit migrate") && help.contains("LEPTOS_SITE_ADDR"));
    let (code, version, _) = outcome(greenlit(&folder).arg("--version"));
    assert_eq!(
        (code, version.as_str()),
        (Some(0), concat!("greenlit ", env!("CARGO_PKG_VERSION"), "\n"))
    );
    let (code, _, error) = outcome(greenlit(&folder).arg("--port"));
    assert_eq!(code, Some(2));
    assert!(error.contains("--port") && error.contains("--help"), "{error}");
}

#[test]
fn a_bad_setting_ends_the_start_with_one_line() {
    let folder = folder();
    for (name, value) in [
        ("LEPTOS_SITE_ADDR", "nonsense"),
        ("BETTER_AUTH_SECRET", "short"),
        ("PUBLIC_URL", "todo.example.com"),
        ("DATABASE_URL", "mysql://x"),
    ] {
        let (code, _, error) = outcome(greenlit(&folder).env(name, value));
        assert_eq!(code, Some(2), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(error.starts_with(&format!("greenlit: {name} wants ")), "{error}");
    }
    std::fs::write(folder.path().join(".env"), "RATE_LIMIT_AUTH_PER_MINUTE=often\n").unwrap();
    let (code, _, error) = outcome(&mut greenlit(&folder));
    assert_eq!(code, Some(2));
    assert!(
        error.contains("RATE_LIMIT_AUTH_PER_MINUTE wants a whole number"),
        "{error}"
    );
}

#[test]
fn an_address_in_use_and_an_unreachable_database_are_said_in_a_line() {
    let folder = folder();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, _, error) = outcome(greenlit(&folder).env("LEPTOS_SITE_ADDR", &address));
    assert_eq!(code, Some(1));
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(
        error.contains(&address) && error.contains("LEPTOS_SITE_ADDR"),
        "{error}"
    );
    assert!(!folder.path().join("data").exists(), "no database was made");

    drop(taken);
    let url = format!("postgres://ada:hunter2@{address}/greenlit");
    let (code, _, error) = outcome(
        greenlit(&folder)
            .env("LEPTOS_SITE_ADDR", "127.0.0.1:0")
            .env("DATABASE_URL", url),
    );
    assert_eq!(code, Some(1));
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(
        error.contains("cannot be reached") && !error.contains("hunter2"),
        "{error}"
    );
}

/// A server that is ready; it ends even when a test fails.
struct Running {
    process: Child,
    address: String,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut process = command
            .env("LEPTOS_SITE_ADDR", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let line = BufReader::new(process.stdout.take().unwrap()).lines().next();
        let address = line
            .and_then(Result::ok)
            .and_then(|line| line.strip_prefix("Greenlit is ready: http://").map(str::to_owned));
        let mut running = Self {
            process,
            address: String::new(),
        };
        match address {
            Some(address) => running.address = address,
            None => panic!("the server did not start: {:?}", running.process.wait()),
        }
        running
    }

    /// Sends a signal and waits; the exit code, if there is one.
    fn end(&mut self, signal: &str) -> Option<i32> {
        let id = self.process.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        self.process.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[sqlx::test(migrations = false)]
async fn it_migrates_listens_and_ends_when_told(pool: sqlx::PgPool) {
    let (folder, url) = (folder(), url_of(&pool));
    let (code, out, error) = outcome(greenlit(&folder).env("DATABASE_URL", &url).arg("migrate"));
    assert_eq!(
        (code, out.as_str()),
        (Some(0), "The database is up to date.\n"),
        "{error}"
    );

    let mut running = Running::start(greenlit(&folder).env("DATABASE_URL", &url));
    assert!(get(&running.address, "/readyz").starts_with("HTTP/1.1 200"));
    assert_eq!(running.end("-TERM"), Some(0));
}

#[test]
fn its_private_database_survives_a_kill_and_is_not_shared() {
    let folder = folder();
    // As root, Postgres runs as another user, who has to get there.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut first = Running::start(&mut greenlit(&folder));
    let body = r#"{"name": "Mia", "email": "mia@example.com", "password": "correct horse"}"#;
    let head = format!("Content-Type: application/json\r\nContent-Length: {}", body.len());
    let made = ask(&first.address, "POST", "/api/auth/sign-up/email", &head, body);
    assert!(made.starts_with("HTTP/1.1 200"), "{made}");
    assert_eq!(first.end("-KILL"), None);

    let mut second = Running::start(&mut greenlit(&folder));
    let known = ask(&second.address, "POST", "/api/auth/sign-in/email", &head, body);
    assert!(known.starts_with("HTTP/1.1 200"), "{known}");
    let (code, _, error) = outcome(greenlit(&folder).env("LEPTOS_SITE_ADDR", "127.0.0.1:0"));
    assert_eq!(code, Some(1));
    assert!(
        error.contains("already uses the data folder") && error.lines().count() == 1,
        "{error}"
    );
    // What only looks into the database may do so beside the server.
    let token = known
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "))
        .and_then(|cookie| cookie.split(';').next())
        .unwrap();
    let said = r#"{"text": "It keeps\u001b[2J my list", "display_name": "Mia"}"#;
    let head = format!(
        "Content-Type: application/json\r\nCookie: {token}\r\nOrigin: http://{}\r\nContent-Length: {}",
        second.address,
        said.len()
    );
    let said = ask(&second.address, "POST", "/api/testimonials", &head, said);
    assert!(said.starts_with("HTTP/1.1 201"), "{said}");
    let testimonials = |words: &[&str]| outcome(greenlit(&folder).arg("testimonials").args(words));
    let (code, listed, error) = testimonials(&[]);
    assert_eq!(code, Some(0), "{error}");
    let id = listed.split(' ').next().unwrap();
    assert_eq!(listed, format!("{id}  Mia: It keeps [2J my list\n"));
    assert_eq!(testimonials(&["hide", id]).1, "Done.\n");
    let (_, hidden, _) = testimonials(&[]);
    assert!(
        hidden.starts_with(&format!("{id}  (hidden since 20")) && hidden.lines().count() == 1,
        "{hidden}"
    );
    assert_eq!(testimonials(&["show", id]).1, "Done.\n");
    assert_eq!(second.end("-INT"), Some(0));
    assert!(!folder.path().join("data/postgres/data/postmaster.pid").exists());
}

fn url_of(pool: &sqlx::PgPool) -> String {
    let options = pool.connect_options();
    let mut url = url::Url::parse(&std::env::var("DATABASE_URL").unwrap()).unwrap();
    url.set_path(options.get_database().unwrap());
    url.into()
}

fn get(address: &str, path: &str) -> String {
    ask(address, "GET", path, "Accept: */*", "")
}

fn ask(address: &str, method: &str, path: &str, head: &str, body: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{head}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
