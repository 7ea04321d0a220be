//! A copy of the skill in the folder of an agent. Only files that this program wrote, and nobody changed, are replaced.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use oss_client::Crc64Digest;

use super::FILES;

/// Lists the files that this program wrote, with a checksum of each.
const LIST: &str = ".written-by-vectcut.json";

/// What became of a copy.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was written.
    Installed,
    /// It is the same already.
    Current,
    /// It was removed.
    Removed,
    /// There is none.
    Absent,
    /// This file is somebody else's, or was changed. Nothing was written.
    Foreign(PathBuf),
}

/// Writes the skill into a folder.
///
/// # Errors
///
/// Fails when the folder cannot be written. Files may have been written by then; the same call again mends that.
pub(crate) fn install(folder: &Path, is_forced: bool) -> io::Result<Outcome> {
    let written = list(folder);
    let mut is_current = true;
    for (name, text) in FILES {
        match fs::read(folder.join(name)) {
            Ok(found) if found == text.as_bytes() => {}
            Ok(found) if is_forced || written.get(name) == Some(&checksum(&found)) => {
                is_current = false;
            }
            Ok(_) => return Ok(Outcome::Foreign(folder.join(name))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => is_current = false,
            Err(error) => return Err(error),
        }
    }
    if is_current && !written.is_empty() {
        return Ok(Outcome::Current);
    }
    let mut list = BTreeMap::new();
    for (name, text) in FILES {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        replace(&path, text.as_bytes())?;
        list.insert(name.to_owned(), checksum(text.as_bytes()));
    }
    // Files of an earlier version that are no part of the skill any more.
    for (name, known) in &written {
        if !list.contains_key(name) {
            remove_ours(&folder.join(name), known)?;
        }
    }
    replace(&folder.join(LIST), &serde_json::to_vec_pretty(&list)?)?;
    Ok(Outcome::Installed)
}

/// Removes the skill from a folder, but no file that was changed.
///
/// # Errors
///
/// Fails when a file cannot be removed.
pub(crate) fn uninstall(folder: &Path) -> io::Result<Outcome> {
    let written = list(folder);
    if written.is_empty() {
        return Ok(Outcome::Absent);
    }
    let mut foreign = None;
    for (name, known) in &written {
        let path = folder.join(name);
        if !remove_ours(&path, known)? {
            foreign = Some(path);
        }
    }
    fs::remove_file(folder.join(LIST))?;
    // A folder that holds something else stays.
    for name in ["references", "scripts", ""] {
        let _ = fs::remove_dir(folder.join(name));
    }
    Ok(foreign.map_or(Outcome::Removed, Outcome::Foreign))
}

/// Removes a file unless somebody changed it. Returns whether it is gone.
fn remove_ours(path: &Path, known: &str) -> io::Result<bool> {
    match fs::read(path) {
        Ok(found) if checksum(&found) == known => fs::remove_file(path).map(|()| true),
        Ok(_) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// Returns what this program wrote into a folder. A list that cannot be read lists nothing.
fn list(folder: &Path) -> BTreeMap<String, String> {
    let text = fs::read(folder.join(LIST)).unwrap_or_default();
    let names: BTreeMap<String, String> = serde_json::from_slice(&text).unwrap_or_default();
    // A list that somebody edited must not lead out of the folder.
    let is_inside = |name: &String| {
        let mut parts = Path::new(name).components();
        parts.all(|part| matches!(part, std::path::Component::Normal(_)))
    };
    names
        .into_iter()
        .filter(|(name, _)| is_inside(name))
        .collect()
}

fn checksum(bytes: &[u8]) -> String {
    let mut digest = Crc64Digest::new();
    digest.update(bytes);
    digest.value().to_string()
}

/// Replaces a file as a whole: whoever reads it meanwhile sees the old one or the new one.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    fs::write(&beside, bytes)?;
    fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    #[test]
    fn a_copy_is_written_once_and_removed_without_a_trace() {
        let base = folder();
        let skill = base.path().join("skills/sts-upload");
        assert_eq!(install(&skill, false).expect("written"), Outcome::Installed);
        assert_eq!(install(&skill, false).expect("looked at"), Outcome::Current);
        for (name, text) in FILES {
            assert_eq!(fs::read_to_string(skill.join(name)).expect(name), text);
        }
        assert_eq!(uninstall(&skill).expect("removed"), Outcome::Removed);
        assert!(!skill.exists());
        assert_eq!(uninstall(&skill).expect("nothing"), Outcome::Absent);
    }

    #[test]
    fn an_older_copy_is_replaced_and_a_changed_one_only_by_force() {
        let base = folder();
        let skill = base.path();
        install(skill, false).expect("written");
        let path = skill.join("SKILL.md");

        fs::write(&path, "an older version").expect("ours");
        let mut list = list(skill);
        list.insert("SKILL.md".into(), checksum(b"an older version"));
        fs::write(skill.join(LIST), serde_json::to_vec(&list).expect("plain")).expect("ours");
        assert_eq!(install(skill, false).expect("replaced"), Outcome::Installed);

        fs::write(&path, "the user's own words").expect("ours");
        assert_eq!(
            install(skill, false).expect("left alone"),
            Outcome::Foreign(path.clone())
        );
        assert_eq!(
            fs::read_to_string(&path).expect("there"),
            "the user's own words"
        );
        assert_eq!(
            uninstall(skill).expect("the rest is removed"),
            Outcome::Foreign(path.clone())
        );
        assert!(path.exists());
        assert_eq!(install(skill, true).expect("forced"), Outcome::Installed);
    }

    #[test]
    fn a_list_that_leads_out_of_the_folder_removes_nothing_there() {
        let base = folder();
        let skill = base.path().join("skill");
        fs::create_dir(&skill).expect("a folder");
        let outside = base.path().join("outside");
        fs::write(&outside, "x").expect("a file");
        let list = format!("{{\"../outside\": \"{}\"}}", checksum(b"x"));
        fs::write(skill.join(LIST), list).expect("a list");
        assert_eq!(uninstall(&skill).expect("nothing"), Outcome::Absent);
        assert!(outside.exists());
    }
}
