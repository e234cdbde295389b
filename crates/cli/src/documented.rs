//! Holds README.md and CONTRIBUTING.md to the command line.

use std::ffi::OsStr;

use clap::{CommandFactory, Parser, error::ErrorKind};

use crate::args::Args;

const PAGES: [(&str, &str); 2] = [
    ("README.md", include_str!("../../../README.md")),
    ("CONTRIBUTING.md", include_str!("../../../CONTRIBUTING.md")),
];

/// A command as a page shows it: variables in front, arguments behind.
#[derive(Debug, PartialEq)]
struct Shown {
    variables: Vec<(String, String)>,
    arguments: Vec<String>,
}

/// What a page shows as code, a command a piece: lines of blocks, and what is between backticks.
fn code(page: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut in_block = false;
    for line in page.replace("\\\n", " ").lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            pieces.extend(line.split(" # ").next().map(str::to_owned));
        } else {
            pieces.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    let commands = pieces.iter().flat_map(|piece| piece.split([';', '|', '>']));
    commands.flat_map(|command| command.split("&&")).map(str::to_owned).collect()
}

/// The words of a command. Quotes stand around whole words.
fn words(command: &str) -> Vec<String> {
    let parts = command.split(['"', '\'']).enumerate();
    let words = parts.flat_map(|(index, part)| match index % 2 {
        0 => part.split_whitespace().collect(),
        _ => vec![part],
    });
    words.map(str::to_owned).collect()
}

/// The command, if it is one of ours and nothing of it is left out.
fn shown(command: &str) -> Option<Shown> {
    let words = words(command);
    let variables = words.iter().map_while(|word| {
        let (name, value) = word.split_once('=')?;
        let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        name.chars().all(is_name).then(|| (name.to_owned(), value.to_owned()))
    });
    let variables = variables.collect::<Vec<_>>();
    let line = &words[variables.len()..];
    let arguments = match line.first()?.as_str() {
        "latchkey" => &line[1..],
        "cargo" if line.get(1)? == "run" => line.split(|word| word == "--").nth(1)?,
        _ => return None,
    };
    let is_whole = !arguments.is_empty() && arguments.iter().all(|word| word != "…");
    is_whole.then(|| Shown { variables, arguments: arguments.to_vec() })
}

/// The arguments, with flags in the place of the variables that stand for them.
fn with_flags(Shown { variables, mut arguments }: Shown) -> Result<Vec<String>, String> {
    let mut command = Args::command();
    // The flags that every command below has are handed down.
    command.build();
    let mut at = &command;
    while let Some(below) = arguments.iter().find_map(|word| at.find_subcommand(word)) {
        at = below;
    }
    for (name, value) in variables {
        // A setting, or somebody else's.
        if name.starts_with("LATCHKEY__") || !name.starts_with("LATCHKEY") {
            continue;
        }
        let flag = at.get_arguments().find(|flag| flag.get_env() == Some(OsStr::new(&name)));
        let flag = flag.and_then(clap::Arg::get_long).ok_or(format!("no variable {name}"))?;
        arguments.extend([format!("--{flag}"), value]);
    }
    Ok(arguments)
}

/// What is wrong with a command, if anything is.
fn problem(shown: Shown) -> Option<String> {
    // A command that is only mentioned may lack what it needs.
    let is_mention = !shown.arguments.iter().any(|word| word.starts_with("--"));
    let arguments = match with_flags(shown) {
        Ok(arguments) => arguments,
        Err(problem) => return Some(problem),
    };
    let error =
        Args::try_parse_from(std::iter::once("latchkey".to_owned()).chain(arguments)).err()?;
    let is_fine = match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => true,
        ErrorKind::MissingRequiredArgument | ErrorKind::MissingSubcommand => is_mention,
        _ => false,
    };
    (!is_fine).then(|| error.to_string())
}

#[test]
fn every_command_that_the_pages_show_is_one_that_can_be_given() {
    for (page, text) in PAGES {
        let commands: Vec<_> = code(text).iter().filter_map(|command| shown(command)).collect();
        assert!(!commands.is_empty(), "{page} shows no command");
        for command in commands {
            let told = format!("{page}: {command:?}");
            assert_eq!(problem(command), None, "{told}");
        }
    }
}

#[test]
fn a_command_that_cannot_be_given_is_found_wherever_it_is_shown() {
    let found = |page: &str| code(page).iter().filter_map(|it| shown(it)).find_map(problem);
    for wrong in [
        "Run `latchkey devel`.",
        "```sh\nA=b cargo run -- migrate && cargo run -- dev --brand-new # all of it\n```",
        "| watch | `LATCHKEY_KEY=lk_… latchkey events tail` beside `latchkey events tail --server x` |",
        "`LATCHKEY_KEYS=lk_… latchkey events tail --environment dev`",
        "```sh\nlatchkey environments create dev \\\n  --domain 'a b'\n```",
    ] {
        assert!(found(wrong).is_some(), "{wrong}");
    }
    for right in [
        "`latchkey …`, `latchkey.events`, `latchkey events tail`, `latchkey keyring`",
        "`LATCHKEY_KEY=lk_… latchkey events tail --environment dev`",
        "```sh\nlatchkey api-keys create --gateway dev > gateway.key\n```\nlatchkey devel",
        "`latchkey environments create dev --default-domain localhost --display-name \"My own\"`",
    ] {
        assert_eq!(found(right), None, "{right}");
    }
}
