//! Starting after something was killed.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::*;
use local_postgres::LocalPostgres;
use std::fs;
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Not a test: the process that `spawn_owner` starts.
#[test]
#[ignore = "a helper process of the other tests"]
fn owner_process() {
    be_owner();
}

#[test]
fn a_killed_postmaster_is_started_again() {
    let place = place();
    let config = config(place.path());
    let mut postgres = start(&config);
    assert!(!postgres.restart_if_dead(&mut |_| {}).unwrap());
    psql(postgres.url(), "CREATE TABLE note AS SELECT 1 AS id").unwrap();
    let first = postgres.pid();
    kill(first, "-KILL");
    wait_for("the postmaster's end", || !is_alive(first));
    assert!(postgres.restart_if_dead(&mut |_| {}).unwrap());
    assert_ne!(postgres.pid(), first);
    assert_eq!(psql(postgres.url(), "SELECT id FROM note").unwrap(), "1");

    let second = postgres.pid();
    kill(second, "-KILL");
    wait_for("the postmaster's end", || !is_alive(second));
    drop(postgres);
    let postgres = start(&config);
    assert_eq!(psql(postgres.url(), "SELECT id FROM note").unwrap(), "1");
}

#[test]
fn an_orphan_of_a_killed_server_is_replaced() {
    let place = place();
    let config = config(place.path());
    let mut owner = spawn_owner(&config);
    wait_for("the owner's start", || url_file(&config).exists());
    let url = fs::read_to_string(url_file(&config)).unwrap();
    psql(&url, "CREATE TABLE note AS SELECT 7 AS id").unwrap();
    owner.kill().unwrap();
    owner.wait().unwrap();
    let orphan = recorded_pid(&config).unwrap();
    assert!(is_alive(orphan), "Postgres outlives its owner");

    let mut steps = Vec::new();
    let postgres = LocalPostgres::start(&config, &mut |line| steps.push(line.to_string())).unwrap();
    assert!(
        steps
            .iter()
            .any(|step| step.contains(&format!("process {orphan}"))),
        "{steps:?}"
    );
    assert!(!is_alive(orphan));
    assert_eq!(postgres.url(), url);
    assert_eq!(psql(&url, "SELECT id FROM note").unwrap(), "7");
}

#[test]
fn a_first_start_may_be_killed_at_any_moment() {
    // Spread over the whole of it: initdb, the single-user session, the start.
    for milliseconds in [20, 150, 400, 700, 1000, 1400, 1900] {
        let place = place();
        let config = config(place.path());
        let mut owner = spawn_owner(&config);
        std::thread::sleep(Duration::from_millis(milliseconds));
        owner.kill().unwrap();
        owner.wait().unwrap();
        let postgres = start(&config);
        psql(postgres.url(), "CREATE TABLE note AS SELECT 1 AS id").unwrap();
        drop(postgres);
        assert_eq!(psql(start(&config).url(), "SELECT id FROM note").unwrap(), "1");
    }
}

#[test]
fn a_stranger_with_the_old_process_id_is_left_alone() {
    let place = place();
    let config = config(place.path());
    let postgres = start(&config);
    psql(postgres.url(), "CREATE TABLE note AS SELECT 3 AS id").unwrap();
    kill(postgres.pid(), "-KILL");
    drop(postgres);
    // As the same user, or Postgres itself would see that it is none of its own.
    let owner = fs::metadata(data(&config)).unwrap();
    let mut command = Command::new("sleep");
    command.arg("600").stdin(Stdio::null());
    if am_root() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    let mut stranger = command.spawn().unwrap();
    let files = [
        data(&config).join("postmaster.pid"),
        config.data_dir.join("postgres/run/.s.PGSQL.5432.lock"),
    ];
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        let rest = text.split_once('\n').unwrap().1;
        fs::write(file, format!("{}\n{rest}", stranger.id())).unwrap();
    }

    let postgres = start(&config);
    assert_eq!(psql(postgres.url(), "SELECT id FROM note").unwrap(), "3");
    assert_eq!(stranger.try_wait().unwrap(), None, "the stranger lives");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

#[test]
fn another_folders_postmaster_is_left_alone() {
    let places = [place(), place()];
    let configs = places.each_ref().map(|place| config(place.path()));
    let [mine, other] = configs.each_ref().map(start);
    kill(mine.pid(), "-KILL");
    drop(mine);
    let file = data(&configs[0]).join("postmaster.pid");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        format!("{}\n{}", other.pid(), text.split_once('\n').unwrap().1),
    )
    .unwrap();
    let mine = start(&configs[0]);
    assert_eq!(psql(mine.url(), "SELECT 1").unwrap(), "1");
    assert_eq!(psql(other.url(), "SELECT 1").unwrap(), "1");
}

#[test]
fn an_empty_pid_file_is_no_obstacle() {
    let place = place();
    let config = config(place.path());
    drop(start(&config));
    fs::write(data(&config).join("postmaster.pid"), "").unwrap();
    start(&config);
}

#[test]
fn processes_of_a_killed_postmaster_are_waited_for() {
    let place = place();
    let config = config(place.path());
    let postgres = start(&config);
    psql(postgres.url(), "CREATE TABLE note AS SELECT 5 AS id").unwrap();
    let busy = std::thread::spawn({
        let url = postgres.url().to_string();
        // Computes without looking up, so it does not see its postmaster die.
        move || {
            psql(
                &url,
                "SELECT /* busy */ count(*) FROM generate_series(1, 12000000) a WHERE a % 7 = 3",
            )
        }
    });
    let seen =
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%/* busy */%' AND pid <> pg_backend_pid()";
    wait_for("the busy query", || {
        psql(postgres.admin_url(), seen).unwrap() == "1"
    });
    kill(postgres.pid(), "-KILL");
    drop(postgres);
    let mut steps = Vec::new();
    let postgres = LocalPostgres::start(&config, &mut |line| steps.push(line.to_string())).unwrap();
    assert_eq!(psql(postgres.url(), "SELECT id FROM note").unwrap(), "5");
    let _ = busy.join().unwrap();
    assert_eq!(steps, ["Waiting for processes of a killed Postgres to end"]);
}

#[test]
fn a_lost_state_file_means_new_passwords_and_the_same_data() {
    let place = place();
    let config = config(place.path());
    let postgres = start(&config);
    let url = postgres.url().to_string();
    psql(&url, "CREATE TABLE note AS SELECT 9 AS id").unwrap();
    drop(postgres);
    fs::remove_file(data(&config).join("greenlit.state")).unwrap();
    let postgres = start(&config);
    assert_ne!(postgres.url(), url);
    assert_eq!(psql(postgres.url(), "SELECT id FROM note").unwrap(), "9");
}

#[test]
fn data_restored_by_root_is_taken_over() {
    if !am_root() {
        return;
    }
    let place = place();
    let config = config(place.path());
    drop(start(&config));
    let home = config.data_dir.join("postgres");
    assert!(
        Command::new("chown")
            .args(["-R", "0:0"])
            .arg(&home)
            .status()
            .unwrap()
            .success()
    );
    let postgres = start(&config);
    assert_eq!(psql(postgres.url(), "SELECT 1").unwrap(), "1");
    drop(postgres);
    // Data of an ordinary user stays that user's, also when root starts the server once.
    for (path, _) in walk(&home) {
        lchown(path, Some(4321), Some(4321)).unwrap();
    }
    let postgres = start(&config);
    assert_eq!(psql(postgres.url(), "SELECT 1").unwrap(), "1");
    assert_eq!(
        fs::metadata(format!("/proc/{}", postgres.pid())).unwrap().uid(),
        4321
    );
}

fn walk(path: &std::path::Path) -> Vec<(std::path::PathBuf, bool)> {
    let is_folder = fs::symlink_metadata(path).unwrap().is_dir();
    let mut found = vec![(path.to_path_buf(), is_folder)];
    if is_folder {
        for entry in fs::read_dir(path).unwrap().flatten() {
            found.extend(walk(&entry.path()));
        }
    }
    found
}
