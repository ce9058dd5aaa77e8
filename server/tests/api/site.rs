//! The built site's files.

use server::site::Site;
use sqlx::PgPool;
use std::fs;

use crate::support::{Setup, TestApp};

async fn app(pool: PgPool) -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "manifest.json",
        r#"{"js": "pkg/greenlit-1.js", "wasm": "pkg/greenlit-2.wasm", "css": "pkg/greenlit-3.css"}"#,
    );
    write("pkg/greenlit-1.js", "plain");
    write("pkg/greenlit-1.js.br", "brotli");
    write("pkg/greenlit-1.js.gz", "gzip");
    write("pkg/greenlit-2.wasm", "wasm");
    write("pkg/greenlit-3.css", "css");
    write("favicon.svg", "<svg/>");
    for name in ["sw.js", "offline.html", "offline.js", "plain.css"] {
        write(name, name);
    }
    let setup = Setup {
        site: Site::from_folder(folder.path()).unwrap(),
        ..Setup::default()
    };
    TestApp::with(pool, setup).await
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn files_come_in_the_best_form_a_browser_takes(pool: PgPool) {
    let app = app(pool).await;
    for (accepted, encoding, text) in [
        (None, None, "plain"),
        (Some("gzip, deflate, br"), Some("br"), "brotli"),
        (Some("gzip"), Some("gzip"), "gzip"),
        (Some("gzip;q=0.5, br;q=0"), Some("gzip"), "gzip"),
        (Some("identity"), None, "plain"),
    ] {
        let mut call = app.get("/pkg/greenlit-1.js");
        if let Some(accepted) = accepted {
            call = call.header("accept-encoding", accepted);
        }
        let answer = call.send().await;
        assert_eq!(
            (answer.status.as_u16(), answer.text()),
            (200, text),
            "{accepted:?}"
        );
        assert_eq!(answer.header("content-encoding"), encoding, "{accepted:?}");
        assert_eq!(
            answer.header("content-type"),
            Some("text/javascript; charset=utf-8")
        );
        assert_eq!(
            answer.header("cache-control"),
            Some("public, max-age=31536000, immutable")
        );
        assert!(answer.header("vary").unwrap().contains("accept-encoding"));
        let etag = answer.header("etag").unwrap();
        let mut again = app
            .get("/pkg/greenlit-1.js")
            .header("if-none-match", &format!("\"x\", W/{etag}"));
        if let Some(accepted) = accepted {
            again = again.header("accept-encoding", accepted);
        }
        let again = again.send().await;
        assert_eq!(
            (again.status.as_u16(), again.bytes.len()),
            (304, 0),
            "{accepted:?}"
        );
        assert_eq!(again.header("etag"), Some(etag));
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn public_files_stand_at_the_root(pool: PgPool) {
    let app = app(pool).await;
    let icon = app.get("/favicon.svg").send().await;
    assert_eq!((icon.status.as_u16(), icon.text()), (200, "<svg/>"));
    assert_eq!(icon.header("content-type"), Some("image/svg+xml"));
    assert_eq!(icon.header("cache-control"), Some("public, max-age=3600"));
    let wasm = app.get("/pkg/greenlit-2.wasm").send().await;
    assert_eq!(wasm.header("content-type"), Some("application/wasm"));
    for hidden in [
        "/manifest.json",
        "/pkg/greenlit-1.js.br",
        "/pkg/greenlit-0.js",
        "/pkg/..%2Fmanifest.json",
        "/pkg/",
    ] {
        let answer = app.get(hidden).send().await;
        assert_eq!(answer.status, 404, "{hidden}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_stands_in_without_a_connection_may_load_little(pool: PgPool) {
    let app = app(pool).await;
    let page = app.get("/sign-in").header("accept", "text/html").send().await;
    let (_, rest) = page.text().split_once("register('/sw.js?v=").unwrap();
    let (version, _) = rest.split_once('\'').unwrap();
    assert_eq!(version.len(), 16, "{version}");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("worker-src 'self'"), "{policy}");
    for (path, kept, allowed) in [
        ("/sw.js", "no-cache", "connect-src 'self'"),
        ("/offline.html", "public, max-age=3600", "script-src 'self'"),
    ] {
        let file = app.get(path).send().await;
        assert_eq!(file.header("cache-control"), Some(kept), "{path}");
        let policy = file.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains(allowed),
            "{policy}"
        );
    }
}
