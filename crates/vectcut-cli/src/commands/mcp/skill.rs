//! The skill for agents, served as resources and by the skills extension.

/// The files of the skill: each with its path in the skill's folder, and its text. `SKILL.md` is the first.
pub(super) const FILES: &[(&str, &str)] = &[];
