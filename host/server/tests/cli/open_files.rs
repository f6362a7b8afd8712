//! A process that may open few files: it says so, waits without work, and goes on afterwards.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::terminal::{PLAIN, Terminal, Told, told};

/// The command with at most so many open files.
fn limited(terminal: &Terminal, files: u32, args: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command
        .env_clear()
        .current_dir(terminal.path(""))
        .arg("-c")
        .arg(format!("ulimit -n {files} && exec \"$0\" \"$@\""))
        .arg(env!("CARGO_BIN_EXE_attune"))
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_few_files_a_sync_ends_with_words_and_a_later_one_makes_it_good() {
    let terminal = Terminal::start(30).await;
    terminal.maps(PLAIN);
    let mut words = Vec::new();
    let mut good = 0;
    for files in [12, 16, 20, 24, 28, 32, 40, 64] {
        let command = limited(&terminal, files, &["sync", "demo"]);
        let ended = tokio::time::timeout(Duration::from_mins(1), told(command)).await;
        let Told { exit, err, .. } = ended.expect("it ends");
        if exit == 0 {
            good += 1;
        } else {
            assert!(exit > 0, "it ends by itself with {files} files: {err}");
            assert!(!err.contains("panicked"), "{files}: {err}");
            words.push(format!("{files} files, exit {exit}: {err}"));
        }
    }
    let says =
        |line: &String| line.contains("open no more files") || line.contains("Too many open");
    assert!(words.iter().any(says), "{words:#?}");
    println!("{good} of 8 went well; {words:#?}");
    let all = terminal.run(&["sync", "demo"]).await;
    assert_eq!(all.exit, 0, "{all:?}");
    assert_eq!(terminal.out_of_tune(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_runs_out_of_files_does_not_spin() {
    let terminal = Terminal::start(2).await;
    terminal.maps(PLAIN);
    let mut service = limited(&terminal, 64, &["serve"]).spawn().unwrap();
    let id = service.id().unwrap();
    let socket = terminal.path("data/attune.sock");
    let mut waited = 0;
    while !socket.exists() {
        tokio::time::sleep(Duration::from_millis(100)).await;
        waited += 1;
        assert!(waited < 300, "it starts");
    }
    // More callers than it has files for, who say nothing.
    let mut callers = Vec::new();
    for _ in 0..200 {
        if let Ok(Ok(caller)) = tokio::time::timeout(
            Duration::from_millis(200),
            tokio::net::UnixStream::connect(&socket),
        )
        .await
        {
            callers.push(caller);
        }
    }
    let used = |id: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
        let after = stat.rsplit_once(')').unwrap().1.to_owned();
        let fields: Vec<&str> = after.split_whitespace().collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    };
    let before = used(id);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let ticks = used(id) - before;
    assert!(
        ticks < 60,
        "{ticks} of 300 ticks of a processor are used for waiting"
    );
    drop(callers);
    let mut exit = -1;
    for _ in 0..50 {
        exit = terminal.run(&["sync", "demo"]).await.exit;
        if exit == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(exit, 0, "callers are served again");
    service.kill().await.unwrap();
}
