//! Names of files that hold secrets more often than media: hidden files, keys, and stored credentials.

use std::path::{Component, Path};

/// Names of files, in lower case.
const NAMES: [&str; 27] = [
    "_netrc",
    "client_secret.json",
    "cookies",
    "cookies.sqlite",
    "credentials",
    "credentials.csv",
    "credentials.db",
    "credentials.json",
    "credentials.toml",
    "credentials.yaml",
    "credentials.yml",
    "htpasswd",
    "id_dsa",
    "id_ecdsa",
    "id_ecdsa_sk",
    "id_ed25519",
    "id_ed25519_sk",
    "id_rsa",
    "key4.db",
    "kubeconfig",
    "login data",
    "logins.json",
    "netrc",
    "secrets.json",
    "secrets.yaml",
    "secrets.yml",
    "shadow",
];

/// Extensions, in lower case: private keys, key stores, and what holds them.
const EXTENSIONS: [&str; 18] = [
    "asc",
    "env",
    "gpg",
    "jks",
    "kdbx",
    "key",
    "keychain",
    "keychain-db",
    "keystore",
    "keytab",
    "ovpn",
    "p12",
    "p8",
    "pem",
    "pfx",
    "pkcs12",
    "ppk",
    "tfstate",
];

/// Returns whether a name on this way is hidden, or the last one is that of a well-known secret.
pub(super) fn is_protected(way: &Path) -> bool {
    let is_hidden = |component: Component<'_>| match component {
        Component::Normal(name) => name.as_encoded_bytes().starts_with(b"."),
        _ => false,
    };
    way.components().any(is_hidden)
        || way
            .file_name()
            .is_some_and(|name| is_secret(&name.to_string_lossy()))
}

fn is_secret(name: &str) -> bool {
    // On Windows a colon ends the name of the file, and begins that of a stream in it.
    let name = match cfg!(windows) {
        true => name.split(':').next().unwrap_or_default(),
        false => name,
    };
    // Windows ignores dots and blanks at the end of a name.
    let name = name.trim_end_matches(['.', ' ']).to_lowercase();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    NAMES.contains(&name.as_str())
        || extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_names_and_well_known_secrets_are_protected() {
        for way in [
            ".env",
            "a/.ssh/b/clip.mp4",
            ".aws/credentials",
            "project/.netrc",
            "id_rsa",
            "backup/ID_ED25519",
            "server.PEM",
            "prod.env",
            "a/kubeconfig",
            "key.pem. ",
        ] {
            assert!(is_protected(Path::new(way)), "{way}");
        }
        for way in [
            "clip.mp4",
            "a/b c/春节.mp4",
            "a/../clip.mov",
            "monkey.png",
            "my.environment.mp4",
            "idea_rsa",
        ] {
            assert!(!is_protected(Path::new(way)), "{way}");
        }
    }

    #[test]
    fn the_lists_are_sorted() {
        assert!(NAMES.is_sorted() && EXTENSIONS.is_sorted());
    }
}
