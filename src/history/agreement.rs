//! `ssh-keygen -Y verify` and this module say the same of the same files.
//!
//! Where the program is missing the test says so and passes, except where `CI` is set.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use super::signature::{NAMESPACE, verify};
use super::testing::{approval, day, person, policy_of, statement};

#[test]
fn openssh_agrees_on_what_is_good_changed_for_something_else_and_of_another_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    for kind in ["ed25519", "ecdsa"] {
        let Some(alice) = make_key(folder, kind, "alice") else { return };
        let mallory = make_key(folder, kind, "mallory").expect("made as well");
        let policy = format!("{}{}", person("alice", &alice, ""), person("mallory", &mallory, ""));
        fs::write(folder.join("allowed"), format!("alice {alice}\nmallory {mallory}\n"))
            .expect("written");

        let text = statement("alice");
        let good = sign(folder, &format!("{kind}-alice"), NAMESPACE, &text);
        let for_git = sign(folder, &format!("{kind}-alice"), "git", &text);
        let foreign = sign(folder, &format!("{kind}-mallory"), NAMESPACE, &text);
        let changed = text.replace("2027-01-31", "2028-01-31");
        let cases = [
            ("good", &text, &good, true),
            ("changed", &changed, &good, false),
            ("wrong namespace", &text, &for_git, false),
            ("wrong key", &text, &foreign, false),
        ];
        for (name, text, signature, expected) in cases {
            let policy = policy_of(&policy);
            let ours = verify(&approval(text, signature), &policy.people, day("2026-11-20"));
            let theirs = openssh_verifies(folder, text, signature);
            assert_eq!((ours.is_ok(), theirs), (expected, expected), "{kind}, {name}: {ours:?}");
        }
    }
}

/// The public key of a new pair without its comment; none where the program is missing.
#[expect(clippy::print_stderr, reason = "what did not run is said in the output of the tests")]
fn make_key(folder: &Path, kind: &str, name: &str) -> Option<String> {
    let file = format!("{kind}-{name}");
    let made = ssh_keygen(folder).args(["-q", "-t", kind, "-N", "", "-f", &file]).status();
    match made {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            #[expect(
                clippy::disallowed_methods,
                reason = "a runner says that it has every program"
            )]
            let is_ci = std::env::var_os("CI").is_some();
            assert!(!is_ci, "ssh-keygen is missing, and CI is set");
            eprintln!("not run: ssh-keygen is not installed");
            return None;
        }
        made => assert!(made.expect("ssh-keygen runs").success()),
    }
    let public = fs::read_to_string(folder.join(format!("{file}.pub"))).expect("a public key");
    Some(public.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
}

fn sign(folder: &Path, key: &str, namespace: &str, text: &str) -> String {
    fs::write(folder.join("statement"), text).expect("written");
    let _ = fs::remove_file(folder.join("statement.sig"));
    let signed = ssh_keygen(folder)
        .args(["-q", "-Y", "sign", "-f", key, "-n", namespace, "statement"])
        .status();
    assert!(signed.expect("ssh-keygen runs").success());
    fs::read_to_string(folder.join("statement.sig")).expect("a signature")
}

fn openssh_verifies(folder: &Path, text: &str, signature: &str) -> bool {
    fs::write(folder.join("statement"), text).expect("written");
    fs::write(folder.join("verified.sig"), signature).expect("written");
    let text = fs::File::open(folder.join("statement")).expect("opened");
    ssh_keygen(folder)
        .args(["-Y", "verify", "-f", "allowed", "-I", "alice", "-n", NAMESPACE])
        .args(["-s", "verified.sig"])
        .stdin(text)
        .status()
        .expect("ssh-keygen runs")
        .success()
}

fn ssh_keygen(folder: &Path) -> Command {
    let mut command = Command::new("ssh-keygen");
    command.current_dir(folder).env("HOME", folder).env_remove("SSH_AUTH_SOCK");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}
