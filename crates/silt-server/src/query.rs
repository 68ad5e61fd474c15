//! Query parameters, read strictly: an unknown name or an impossible value is an error.

use std::collections::BTreeMap;

use crate::error::Problem;

/// The parameters of a request, each given once and each known to the path.
#[derive(Debug, Default)]
pub(crate) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Parameters that come another way than by an address; the caller knows their names.
    pub(crate) fn of(parameters: BTreeMap<String, String>) -> Self {
        Parameters(parameters)
    }

    /// Reads a query string. Every parameter must be one of `known` and stand once.
    ///
    /// # Errors
    /// 400 with the name of the parameter.
    pub(crate) fn read(query: Option<&str>, known: &[&str]) -> Result<Self, Problem> {
        Parameters::read_with(query, |name| known.contains(&name), || known.join(", "))
    }

    /// The same where the names are not a fixed list.
    pub(crate) fn read_with(
        query: Option<&str>,
        is_known: impl Fn(&str) -> bool,
        known: impl Fn() -> String,
    ) -> Result<Self, Problem> {
        let mut parameters = BTreeMap::new();
        for pair in query
            .unwrap_or("")
            .split('&')
            .filter(|pair| !pair.is_empty())
        {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decoded(name).ok_or_else(|| not_utf8("query"))?;
            if !is_known(&name) {
                let shown: String = name.chars().take(60).collect();
                let known = known();
                let detail = if known.is_empty() {
                    "is not known here; this resource takes no parameters".to_owned()
                } else {
                    format!("is not known here; known are {known}")
                };
                return Err(Problem::invalid_parameter(&shown, detail));
            }
            let value = decoded(value).ok_or_else(|| not_utf8(&name))?;
            if parameters.contains_key(&name) {
                return Err(Problem::invalid_parameter(&name, "is given more than once"));
            }
            parameters.insert(name, value);
        }
        Ok(Parameters(parameters))
    }

    /// The value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Every parameter, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Text that is equal for equal parameters, whatever their order: a key of caches. One
    /// parameter is left aside.
    pub(crate) fn key_without(&self, left_out: &str) -> String {
        let kept = self.iter().filter(|(name, _)| *name != left_out);
        // With its length before it a part cannot run into the next.
        kept.map(|(name, value)| format!("{}:{name}{}:{value}", name.len(), value.len()))
            .collect()
    }

    /// `limit`: at least 1, lowered to the maximum.
    pub(crate) fn limit(&self, default: u64, maximum: u64) -> Result<u64, Problem> {
        let Some(text) = self.get("limit") else {
            return Ok(default);
        };
        // A sign parses as part of a number; a limit has none.
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse::<u64>() {
            Ok(wanted) if wanted > 0 && digits => Ok(wanted.min(maximum)),
            _ => Err(Problem::invalid_parameter(
                "limit",
                "is not a whole number of at least 1",
            )),
        }
    }
}

fn not_utf8(name: &str) -> Problem {
    Problem::invalid_parameter(name, "is not percent-encoded UTF-8")
}

/// Undoes percent-encoding and `+`; `None` where the text is not UTF-8 or an escape is broken.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let high = char::from(rest.next()?).to_digit(16)?;
                let low = char::from(rest.next()?).to_digit(16)?;
                bytes.push((high * 16 + low) as u8);
            }
            other => bytes.push(other),
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    (!text.contains('\0')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded() {
        let parameters = Parameters::read(Some("a=S%C3%A3o+Paulo&b=&c"), &["a", "b", "c"]);
        let parameters = parameters.expect("good parameters");
        assert_eq!(parameters.get("a"), Some("São Paulo"));
        assert_eq!(
            (parameters.get("b"), parameters.get("c")),
            (Some(""), Some(""))
        );
    }

    #[test]
    fn unknown_repeated_and_broken_parameters_are_refused() {
        for query in [
            "Limit=1",
            "limit=1&limit=1",
            "limit=%",
            "limit=%zz",
            "limit=%FF",
            "limit=%00",
            "%FF=1",
        ] {
            assert!(
                Parameters::read(Some(query), &["limit"]).is_err(),
                "{query}"
            );
        }
        assert!(Parameters::read(None, &[]).is_ok());
        assert!(Parameters::read(Some(""), &[]).is_ok());
    }

    #[test]
    fn a_limit_is_lowered_and_never_zero() {
        let limit = |text: &str| {
            let query = format!("limit={text}");
            Parameters::read(Some(&query), &["limit"])
                .and_then(|parameters| parameters.limit(10, 1000))
                .ok()
        };
        assert_eq!((limit("7"), limit("5000")), (Some(7), Some(1000)));
        for bad in [
            "0",
            "-1",
            "1.5",
            "",
            "unlimited",
            "1e3",
            "%2B1",
            "99999999999999999999999999",
        ] {
            assert_eq!(limit(bad), None, "{bad}");
        }
    }
}
