//! The skill for agents, served as resources and by the skills extension.

use rmcp::model::{
    ErrorData, GetSkillResult, ListResourcesResult, ListSkillsResult, ReadResourceResult, Resource,
    ResourceContents, Skill, SkillFrontmatter, SkillResource, SkillResources,
};
use serde_json::{Map, Value};

use crate::skill::NAME;

const MARKDOWN: &str = "text/markdown";

/// The files of a skill, each with its path in the skill's folder, and its text. `SKILL.md` is the first.
pub(super) struct Files(pub(super) &'static [(&'static str, &'static str)]);

impl Files {
    /// Returns every file as a resource.
    pub(super) fn list(&self) -> ListResourcesResult {
        let resources = self.0.iter().map(|(path, text)| {
            Resource::new(uri(path), *path)
                .with_mime_type(mime_type(path))
                .with_size(text.len() as u64)
        });
        ListResourcesResult::with_all_items(resources.collect())
    }

    /// Returns the text of a resource.
    ///
    /// # Errors
    ///
    /// Fails when there is no such resource.
    pub(super) fn read(&self, wanted: &str) -> Result<ReadResourceResult, ErrorData> {
        let found = self.0.iter().find(|(path, _)| uri(path) == wanted);
        let (path, text) = found.ok_or_else(|| unknown(wanted))?;
        let contents = ResourceContents::text(*text, wanted).with_mime_type(mime_type(path));
        Ok(ReadResourceResult::new(vec![contents]))
    }

    /// Returns the skill.
    pub(super) fn skills(&self) -> ListSkillsResult {
        ListSkillsResult::with_all_items(self.skill().into_iter().collect())
    }

    /// Returns the skill at a URI.
    ///
    /// # Errors
    ///
    /// Fails when there is none.
    pub(super) fn get(&self, wanted: &str) -> Result<GetSkillResult, ErrorData> {
        let skill = self.skill().filter(|skill| skill.uri == wanted);
        skill
            .map(GetSkillResult::new)
            .ok_or_else(|| unknown(wanted))
    }

    fn skill(&self) -> Option<Skill> {
        let (path, text) = self.0.first()?;
        let files = self
            .0
            .iter()
            .map(|(path, text)| SkillResource::from_bytes(uri(path), text.as_bytes()));
        Some(Skill::new(
            uri(path),
            frontmatter(text),
            SkillResources::Files(files.collect()),
        ))
    }
}

fn unknown(wanted: &str) -> ErrorData {
    ErrorData::resource_not_found(format!("there is no resource {wanted}"), None)
}

fn uri(path: &str) -> String {
    format!("skill://{NAME}/{path}")
}

fn mime_type(path: &str) -> &'static str {
    match path.rsplit_once('.') {
        Some((_, "md")) => MARKDOWN,
        Some((_, "py")) => "text/x-python",
        _ => "text/plain",
    }
}

/// Returns the frontmatter of a skill: lines of `key: value`, and lines below a key that are indented.
fn frontmatter(text: &str) -> SkillFrontmatter {
    let head = text
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---"));
    let mut fields = Map::new();
    let mut last = String::new();
    for line in head.map_or("", |(head, _)| head).lines() {
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim().trim_matches(['"', '\'']);
        match key.strip_prefix(' ') {
            Some(inner) => {
                let below = fields.entry(&last).or_insert_with(|| Map::new().into());
                if let Value::Object(object) = below {
                    object.insert(inner.trim().to_owned(), value.into());
                }
            }
            None => {
                last = key.to_owned();
                if !value.is_empty() {
                    fields.insert(last.clone(), value.into());
                }
            }
        }
    }
    let mut text = |key: &str| match fields.remove(key) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    };
    let mut frontmatter = SkillFrontmatter::new(text("name"), text("description"));
    frontmatter.extra = fields;
    frontmatter
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: Files = Files(&[
        (
            "SKILL.md",
            "---\nname: sts-upload\ndescription: \"Uploads files\"\nmetadata:\n  homepage: https://x\n---\nText\n",
        ),
        ("references/errors.md", "Errors\n"),
    ]);

    #[test]
    fn the_skill_is_listed_with_its_files_and_each_is_read() {
        let skills = SAMPLE.skills().skills;
        let skill = skills.first().expect("one skill");
        skill.validate().expect("as the extension wants it");
        assert_eq!(skill.frontmatter.description, "Uploads files");
        assert_eq!(skill.frontmatter.extra["metadata"]["homepage"], "https://x");
        for resource in SAMPLE.list().resources {
            SAMPLE.read(&resource.uri).expect("readable");
        }
        SAMPLE
            .get("skill://sts-upload/SKILL.md")
            .expect("the skill");
        SAMPLE
            .read("skill://sts-upload/../x")
            .expect_err("no such file");
        SAMPLE
            .get("skill://other/SKILL.md")
            .expect_err("no such skill");
    }

    #[test]
    fn the_served_skill_is_valid() {
        let skills = Files(&crate::skill::FILES).skills().skills;
        assert_eq!(skills.len(), 1);
        for skill in skills {
            skill.validate().expect("as the extension wants it");
            assert!(!skill.frontmatter.description.is_empty());
        }
    }
}
