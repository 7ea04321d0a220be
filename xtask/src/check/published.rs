//! Every crate that can be published carries its readme, its changelog and both licence texts.

use serde_json::Value;

const TEXTS: [&str; 4] = ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// Names every text that a published crate lacks.
pub(super) fn findings(files: &[String], metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let published = packages.filter(|package| {
        // An empty list of registries is what `publish = false` means.
        package["source"].is_null() && package["publish"].is_null()
    });
    let mut findings = Vec::new();
    for name in published.filter_map(|package| package["name"].as_str()) {
        for text in TEXTS {
            let file = format!("crates/{name}/{text}");
            if !files.contains(&file) {
                findings.push(format!(
                    "{file}: it is missing, and `{name}` can be published"
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_published_crate_has_all_texts() {
        let metadata = json!({"packages": [
            {"name": "a", "source": null, "publish": null},
            {"name": "tool", "source": null, "publish": []},
            {"name": "foreign", "source": "registry", "publish": null},
        ]});
        let files =
            ["README.md", "CHANGELOG.md", "LICENSE-MIT"].map(|text| format!("crates/a/{text}"));
        assert_eq!(
            findings(&files, &metadata),
            ["crates/a/LICENSE-APACHE: it is missing, and `a` can be published"]
        );
    }
}
