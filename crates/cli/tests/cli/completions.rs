//! Shell completion and manual pages.

use std::{
    collections::BTreeSet,
    env::temp_dir,
    fs,
    io::Write,
    process::{Command, Stdio},
};

use crate::process::run;

/// Commands that are there whatever else is, at each depth.
const COMMANDS: [&str; 10] = [
    "serve",
    "keyring",
    "api-keys",
    "events",
    "bitbucket-stand-in",
    "connections",
    "organizations",
    "apply",
    "export",
    "doctor",
];

/// What bash proposes behind these words.
fn proposed(words: &[&str]) -> BTreeSet<String> {
    let script = run(&temp_dir(), "completions bash").ok();
    let asked = format!(
        "{script}\nCOMP_WORDS=({})\nCOMP_CWORD={}\n_latchkey latchkey '{}' ''\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
        words.join(" "),
        words.len() - 1,
        words.last().unwrap(),
    );
    // Longer than an argument may be.
    let mut bash =
        Command::new("bash").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    bash.stdin.take().unwrap().write_all(asked.as_bytes()).unwrap();
    let bash = bash.wait_with_output().unwrap();
    assert!(bash.status.success(), "{asked}");
    String::from_utf8(bash.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_and_what_they_take() {
    let all = proposed(&["latchkey", "''"]);
    for command in COMMANDS {
        assert!(all.contains(command), "{command} in {all:?}");
    }
    assert_eq!(proposed(&["latchkey", "keyr"]), BTreeSet::from(["keyring".to_owned()]));
    assert!(proposed(&["latchkey", "keyring", "''"]).contains("promote"));
    assert!(proposed(&["latchkey", "connections", "credentials", "''"]).contains("promote"));
    assert!(proposed(&["latchkey", "apply", "--pr"]).contains("--prune"));
    assert!(proposed(&["latchkey", "events", "tail", "--from"]).contains("--from-start"));
}

#[test]
fn every_shell_has_a_script() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(&temp_dir(), &format!("completions {shell}")).ok();
        for command in COMMANDS {
            assert!(script.contains(command), "{command} for {shell}");
        }
    }
    let refused = run(&temp_dir(), "completions smalltalk");
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("possible values: bash"), "{refused:?}");
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    run(folder.path(), "man man1").ok();
    let page = |name: &str| fs::read_to_string(pages.join(name)).unwrap();

    assert!(page("latchkey.1").contains("Exit codes"));
    for command in COMMANDS {
        assert!(page(&format!("latchkey-{command}.1")).starts_with(".ie"), "{command}");
    }
    assert!(page("latchkey-connections-credentials-create.1").contains("secret\\-file"));
    assert!(page("latchkey-events-tail.1").contains("from\\-start"));
    assert!(!page("latchkey-events-tail.1").contains("lk_"));
}
