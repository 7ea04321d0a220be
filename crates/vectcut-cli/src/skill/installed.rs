//! A copy of the skill in the folder of an agent. Only files that this program wrote, and nobody changed, are replaced.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use oss_client::Crc64Digest;

use super::FILES;

/// Lists the files that this program wrote, with a checksum of each.
const LIST: &str = ".written-by-vectcut.json";
/// Stands in the list for a folder that was made. Earlier versions heed no name with `..` in it.
const MADE: &str = "made";
/// How many folders around a skill may be made for it: those of an agent and its skills.
const FOLDERS_MAX: usize = 4;

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
    let mut list = folders_made(folder);
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

/// Removes the skill from a folder, but no file that was changed unless `is_forced`.
///
/// # Errors
///
/// Fails when a file cannot be removed.
pub(crate) fn uninstall(folder: &Path, is_forced: bool) -> io::Result<Outcome> {
    let written = list(folder);
    if written.is_empty() {
        return Ok(Outcome::Absent);
    }
    let mut left = folders_made(folder);
    let mut foreign = None;
    for (name, known) in written {
        let path = folder.join(&name);
        if is_forced {
            remove(&path)?;
        } else if !remove_ours(&path, &known)? {
            left.insert(name, known);
            foreign = Some(path);
        }
    }
    if let Some(path) = foreign {
        // What is left is listed, so that it can still be removed by force.
        replace(&folder.join(LIST), &serde_json::to_vec_pretty(&left)?)?;
        remove_folders(folder, ["references", "scripts"].map(PathBuf::from));
        return Ok(Outcome::Foreign(path));
    }
    fs::remove_file(folder.join(LIST))?;
    let mut made: Vec<_> = left.keys().map(PathBuf::from).collect();
    // The innermost first.
    made.sort_by_key(|way| way.components().count());
    let own = ["references", "scripts", ""].map(PathBuf::from);
    remove_folders(folder, own.into_iter().chain(made));
    Ok(Outcome::Removed)
}

/// Removes folders that are empty. One that holds something else stays, and so does a link.
fn remove_folders(folder: &Path, ways: impl IntoIterator<Item = PathBuf>) {
    for way in ways {
        let steps = way
            .components()
            .filter(|step| *step == Component::ParentDir);
        let path = match steps.count() {
            0 => Some(folder.join(&way)),
            steps => folder.ancestors().nth(steps).map(Path::to_owned),
        };
        let Some(path) = path else { continue };
        if fs::symlink_metadata(&path).is_ok_and(|found| found.is_dir()) {
            let _ = fs::remove_dir(path);
        }
    }
}

/// Returns the folders around `folder` that an install makes or has made, as the list has them: `..` is the next one. So
/// [`uninstall`] removes them, and no agent seems to be there because of them.
fn folders_made(folder: &Path) -> BTreeMap<String, String> {
    let before = everything_listed(folder);
    let around = folder.ancestors().skip(1).take(FOLDERS_MAX);
    let around = around.filter(|around| !around.as_os_str().is_empty());
    let ways = around.enumerate().map(|(index, around)| {
        let way = vec![".."; index + 1].join("/");
        (way, around)
    });
    ways.filter(|(way, around)| before.contains_key(way) || fs::symlink_metadata(around).is_err())
        .map(|(way, _)| (way, MADE.to_owned()))
        .collect()
}

/// Removes a file unless somebody changed it. Returns whether it is gone.
fn remove_ours(path: &Path, known: &str) -> io::Result<bool> {
    match fs::read(path) {
        Ok(found) if checksum(&found) == known => remove(path).map(|()| true),
        Ok(_) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Returns the list of a folder. One that cannot be read lists nothing.
fn everything_listed(folder: &Path) -> BTreeMap<String, String> {
    let text = fs::read(folder.join(LIST)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Returns the files that this program wrote into a folder.
fn list(folder: &Path) -> BTreeMap<String, String> {
    let names = everything_listed(folder);
    // A list that somebody edited must not lead out of the folder.
    let is_inside = |name: &String| {
        let mut parts = Path::new(name).components();
        parts.all(|part| matches!(part, Component::Normal(_)))
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
        assert_eq!(uninstall(&skill, false).expect("removed"), Outcome::Removed);
        let left = fs::read_dir(base.path()).expect("the folder").count();
        assert_eq!(left, 0, "folders that were made for it are left");
        assert_eq!(uninstall(&skill, false).expect("nothing"), Outcome::Absent);
    }

    #[test]
    fn a_folder_that_was_there_or_holds_something_stays() {
        let base = folder();
        let skill = base.path().join("agent/skills/sts-upload");
        fs::create_dir(base.path().join("agent")).expect("a folder");
        install(&skill, false).expect("written");
        // An update keeps what is known of the folders.
        fs::remove_file(skill.join("SKILL.md")).expect("ours");
        install(&skill, false).expect("written");
        uninstall(&skill, false).expect("removed");
        assert!(base.path().join("agent").is_dir());
        assert!(!base.path().join("agent/skills").exists());

        install(&skill, false).expect("written");
        fs::write(base.path().join("agent/skills/mine"), "").expect("a file");
        uninstall(&skill, false).expect("removed");
        assert!(base.path().join("agent/skills/mine").exists());
        assert!(!skill.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_a_folder_that_was_made_stays() {
        let base = folder();
        let skill = base.path().join("agent/skills/sts-upload");
        install(&skill, false).expect("written");
        let (skills, moved) = (base.path().join("agent/skills"), base.path().join("moved"));
        fs::rename(&skills, &moved).expect("moved");
        std::os::unix::fs::symlink(&moved, &skills).expect("a link");
        assert_eq!(uninstall(&skill, false).expect("removed"), Outcome::Removed);
        assert!(skills.is_symlink() && moved.is_dir());
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
            uninstall(skill, false).expect("the rest is removed"),
            Outcome::Foreign(path.clone())
        );
        assert!(path.exists());
        assert_eq!(install(skill, true).expect("forced"), Outcome::Installed);

        fs::write(&path, "the user's own words").expect("ours");
        uninstall(skill, false).expect("the rest is removed");
        assert_eq!(uninstall(skill, true).expect("by force"), Outcome::Removed);
        assert!(!path.exists());
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
        assert_eq!(uninstall(&skill, true).expect("nothing"), Outcome::Absent);
        assert!(outside.exists());
    }
}
