//! Making, starting and stopping, and what is refused.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::*;
use local_postgres::{Config, Error, LocalPostgres};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

#[test]
fn makes_a_database_and_keeps_its_data() {
    let place = place();
    let config = config(place.path());
    let mut steps = Vec::new();
    let postgres = LocalPostgres::start(&config, &mut |line| steps.push(line.to_string())).unwrap();
    assert!(
        steps
            .iter()
            .any(|step| step.starts_with("Creating a private database")),
        "{steps:?}"
    );
    let url = postgres.url().to_string();
    psql(
        &url,
        "CREATE TABLE note (text text); INSERT INTO note VALUES ('Grüße')",
    )
    .unwrap();
    let pid = postgres.pid();
    postgres.stop().unwrap();
    assert!(!is_alive(pid));
    assert_eq!(psql(&url, "SELECT 1").map_err(|_| ()), Err(()), "it is stopped");

    let mut steps = Vec::new();
    let postgres = LocalPostgres::start(&config, &mut |line| steps.push(line.to_string())).unwrap();
    assert_eq!(steps, Vec::<String>::new(), "a usual start has nothing to tell");
    assert_eq!(postgres.url(), url);
    assert_eq!(psql(&url, "SELECT text FROM note").unwrap(), "Grüße");
    assert_eq!(psql(&url, "SELECT lower('ÄÖ')").unwrap(), "äö");
}

#[test]
fn the_application_is_no_superuser_and_nobody_gets_in_without_the_password() {
    let place = place();
    let config = config(place.path());
    let postgres = start(&config);
    let role = "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles \
                WHERE rolname = current_user";
    assert_eq!(psql(postgres.url(), role).unwrap(), "greenlit|f|f|t|f");
    assert_eq!(
        psql(
            postgres.admin_url(),
            "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        .unwrap(),
        "t"
    );
    let owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()";
    assert_eq!(psql(postgres.url(), owner).unwrap(), "greenlit");
    psql(postgres.url(), "CREATE ROLE greenlit_app NOLOGIN").unwrap();
    psql(postgres.url(), "CREATE TABLE public.t (id int)").unwrap();

    let show = |name: &str| psql(postgres.admin_url(), &format!("SHOW {name}")).unwrap();
    assert_eq!(show("server_encoding"), "UTF8");
    assert_eq!(show("data_checksums"), "on");
    assert_eq!(show("listen_addresses"), "");
    assert_eq!(show("password_encryption"), "scram-sha-256");
    assert_eq!(show("max_connections"), "60");

    let password = postgres.url().split(['/', ':', '@']).nth(4).unwrap();
    assert_eq!(password.len(), 64, "{password}");
    let refused = psql(&postgres.url().replace(password, &"0".repeat(64)), "SELECT 1").unwrap_err();
    assert!(refused.contains("password authentication failed"), "{refused}");
    let refused = psql(&postgres.url().replace(&format!(":{password}"), ""), "SELECT 1").unwrap_err();
    assert!(refused.contains("no password supplied"), "{refused}");

    let state = fs::metadata(data(&config).join("greenlit.state")).unwrap();
    assert_eq!(state.permissions().mode() & 0o777, 0o600);
    assert!(postgres.log_dir().read_dir().unwrap().next().is_some());
    for entry in postgres.log_dir().read_dir().unwrap().flatten() {
        assert!(!fs::read_to_string(entry.path()).unwrap().contains(password));
    }
}

#[test]
fn runs_as_another_user_than_root_in_a_process_group_of_its_own() {
    let place = place();
    let config = config(place.path());
    let postgres = start(&config);
    let process = fs::metadata(format!("/proc/{}", postgres.pid())).unwrap();
    assert_ne!(process.uid(), 0);
    let stat = fs::read_to_string(format!("/proc/{}/stat", postgres.pid())).unwrap();
    let group = stat
        .rsplit(") ")
        .next()
        .unwrap()
        .split(' ')
        .nth(2)
        .unwrap()
        .to_string();
    assert_eq!(
        group,
        postgres.pid().to_string(),
        "Ctrl-C in our terminal does not reach it"
    );
    let environment = fs::read_to_string(format!("/proc/{}/environ", postgres.pid())).unwrap();
    assert!(!environment.contains("CARGO"), "{environment}");
    if am_root() {
        assert_eq!(
            fs::metadata(&config.data_dir).unwrap().uid(),
            0,
            "only its own folder changes hands"
        );
        assert_eq!(fs::metadata(data(&config)).unwrap().uid(), process.uid());
    }
}

#[test]
fn stops_when_dropped() {
    let place = place();
    let postgres = start(&config(place.path()));
    let pid = postgres.pid();
    drop(postgres);
    assert!(!is_alive(pid));
}

#[test]
fn a_second_server_on_the_folder_is_refused() {
    let place = place();
    let config = config(place.path());
    let first = start(&config);
    let error = LocalPostgres::start(&config, &mut |_| {}).unwrap_err();
    let Error::InUse { folder, pid } = &error else {
        panic!("{error}")
    };
    assert_eq!(folder, &fs::canonicalize(&config.data_dir).unwrap());
    assert_eq!(*pid, Some(std::process::id()));
    assert!(error.to_string().contains("GREENLIT_DATA_DIR"));
    assert_eq!(
        psql(first.url(), "SELECT 1").unwrap(),
        "1",
        "the first is not disturbed"
    );
    drop(first);
    start(&config);
}

#[test]
fn later_wishes_are_fulfilled() {
    let place = place();
    let config = config(place.path());
    let url = start(&config).url().to_string();
    let wishes = Config {
        allow_create_database: true,
        database: "another_one".into(),
        ..config.clone()
    };
    let postgres = start(&wishes);
    assert_eq!(
        psql(postgres.url(), "SELECT current_database()").unwrap(),
        "another_one"
    );
    psql(postgres.url(), "CREATE DATABASE made_by_a_test").unwrap();
    drop(postgres);
    let postgres = start(&config);
    assert_eq!(postgres.url(), url);
    assert!(
        psql(postgres.url(), "CREATE DATABASE refused")
            .unwrap_err()
            .contains("permission denied")
    );
}

#[test]
fn a_long_or_odd_path_gets_its_socket_elsewhere() {
    for name in ["x".repeat(120), "a b, 'c' \"ä\"".to_string()] {
        let place = place();
        let config = config(&place.path().join(name));
        fs::create_dir_all(config.data_dir.parent().unwrap()).unwrap();
        let postgres = start(&config);
        assert_eq!(psql(postgres.url(), "SELECT 1").unwrap(), "1");
        let folder = psql(postgres.admin_url(), "SHOW unix_socket_directories").unwrap();
        let meta = fs::metadata(&folder).unwrap();
        assert_eq!(meta.permissions().mode() & 0o777, 0o700, "{folder}");
        let url = postgres.url().to_string();
        drop(postgres);
        assert_eq!(start(&config).url(), url, "the same place again");
        fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn says_which_folder_the_database_user_cannot_enter() {
    if !am_root() {
        return;
    }
    let place = place();
    let closed = place.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let config = Config::new(closed.join("deeper/greenlit"));
    let error = LocalPostgres::start(&config, &mut |_| {}).unwrap_err();
    let Error::Unreachable { blocked, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(blocked, &fs::canonicalize(&closed).unwrap());
    assert!(error.to_string().contains("/var/lib/greenlit"));
    assert!(!data(&config).exists());
}

#[test]
fn data_of_another_version_is_left_alone() {
    let place = place();
    let config = config(place.path());
    drop(start(&config));
    let version = data(&config).join("PG_VERSION");
    let real = fs::read_to_string(&version).unwrap();
    fs::write(&version, "9\n").unwrap();
    let error = LocalPostgres::start(&config, &mut |_| {}).unwrap_err();
    assert!(matches!(error, Error::WrongVersion { made_by: 9, .. }), "{error}");
    assert!(error.to_string().contains("made by Postgres 9"));
    fs::write(&version, real).unwrap();
    start(&config);
}

#[test]
fn a_failing_start_shows_the_log() {
    let place = place();
    let config = config(place.path());
    drop(start(&config));
    let settings = data(&config).join("postgresql.conf");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, text + "no_such_setting = 1\n").unwrap();
    let error = LocalPostgres::start(&config, &mut |_| {}).unwrap_err();
    assert!(matches!(error, Error::StartFailed { .. }), "{error}");
    assert!(error.to_string().contains("no_such_setting"), "{error}");
}

#[test]
fn missing_programs_are_an_error_with_advice() {
    let place = place();
    let config = Config {
        bin_dir: Some(place.path().join("nothing")),
        ..config(place.path())
    };
    let error = LocalPostgres::start(&config, &mut |_| {}).unwrap_err();
    assert!(matches!(error, Error::NotInstalled), "{error}");
    assert!(error.to_string().contains("DATABASE_URL"));
}
