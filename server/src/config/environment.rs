//! Where settings come from: the process's environment, then `.env` in the current folder.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::Path;

use super::ConfigError;

/// Variables by name. The process's own win over those of `.env`.
#[derive(Clone, Default)]
pub struct Environment {
    variables: HashMap<String, String>,
}

impl Environment {
    /// The process's variables and `.env` of the current folder, if there is one.
    ///
    /// # Errors
    /// When `.env` is there and cannot be read; its content is not repeated, it may be secret.
    pub fn load() -> Result<Self, ConfigError> {
        let mut variables = from_file(Path::new(".env"))?;
        variables.extend(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        );
        Ok(Self { variables })
    }

    /// A variable; an empty one counts as unset, as compose files and `.env.example` write it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self {
            variables: pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        }
    }
}

fn from_file(path: &Path) -> Result<HashMap<String, String>, ConfigError> {
    let wants = "lines such as NAME=value or NAME=\"a value with spaces\"";
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(HashMap::new()),
        Err(_) => {
            return Err(ConfigError::unshown(
                ".env",
                format!("to be a text file with {wants}"),
            ));
        }
    };
    let mut variables = HashMap::new();
    for pair in dotenvy::from_read_iter(text.as_bytes()) {
        let (name, value) = pair.map_err(|error| {
            // The error holds the value or a part of it; only its place may be told.
            let line = match &error {
                dotenvy::Error::LineParse(part, _) => {
                    text.lines().position(|line| line.contains(part.trim()))
                }
                _ => None,
            };
            let place = line.map_or(String::new(), |index| format!("; line {} is not one", index + 1));
            ConfigError::unshown(".env", format!("{wants}{place}"))
        })?;
        variables.insert(name, value);
    }
    Ok(variables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_env_file_is_named_and_not_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        assert!(from_file(&path).unwrap().is_empty());

        std::fs::write(&path, "A=1\nB='two words'\n# note\nC=\n").unwrap();
        let environment = Environment {
            variables: from_file(&path).unwrap(),
        };
        assert_eq!(environment.get("B"), Some("two words"));
        assert_eq!(environment.get("C"), None);

        std::fs::write(&path, "A=1\nOPENAI_API_KEY=sk secret words\n").unwrap();
        let error = from_file(&path).unwrap_err().to_string();
        assert!(error.contains("line 2") && !error.contains("sk"), "{error}");
    }
}
