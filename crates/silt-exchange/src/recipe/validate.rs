//! What TOML and serde cannot check: a recipe agrees with itself and with its collection.

use silt_model::{FieldType, PartialDate, schema::check_collection_id};
use toml::Spanned;

use super::error::line_of;
use super::schema::built_in_schema;
use super::{Alternatives, FieldRule, Recipe, RecipeError};
use crate::crs::Crs;
use crate::values::Unit;

/// Checks a recipe that has been read.
pub(super) fn check(recipe: &Recipe, text: &str, name: &str) -> Result<(), RecipeError> {
    let checker = Checker { recipe, text, name };
    checker.identity()?;
    checker.files()?;
    checker.geometry()?;
    for (field, rule) in &recipe.fields.0 {
        checker.field(field, rule)?;
    }
    Ok(())
}

struct Checker<'a> {
    recipe: &'a Recipe,
    text: &'a str,
    name: &'a str,
}

impl Checker<'_> {
    fn identity(&self) -> Result<(), RecipeError> {
        let id = &self.recipe.id;
        let is_plain = id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !is_plain || id.is_empty() || id.len() > 63 || id.starts_with('-') {
            return self.fail(
                "id",
                "use lower-case letters, digits and `-` only, at most 63",
            );
        }
        check_collection_id(&self.recipe.collection)
            .or_else(|error| self.fail("collection", &error.to_string()))?;
        for (key, value) in [
            ("title", &self.recipe.title),
            ("publisher", &self.recipe.publisher),
            ("licence", &self.recipe.licence),
            ("citation", &self.recipe.citation),
        ] {
            if value.trim().is_empty() {
                return self.fail(key, "must not be empty");
            }
        }
        Ok(())
    }

    fn files(&self) -> Result<(), RecipeError> {
        for (number, file) in self.recipe.files.iter().enumerate() {
            if file.edition.parse::<PartialDate>().is_err() {
                let reason = format!(
                    "`{}` is not a date; write YYYY, YYYY-MM or YYYY-MM-DD",
                    file.edition
                );
                return self.fail("edition", &reason);
            }
            let is_repeated = self.recipe.files[..number]
                .iter()
                .any(|other| other.edition == file.edition);
            if is_repeated {
                return self.fail("edition", &format!("`{}` occurs twice", file.edition));
            }
            if file.url.is_none() && file.mirror.is_none() {
                return self.fail("files", "an edition needs a `url` or a `mirror` path");
            }
            for (key, sum) in [("sha256", &file.sha256), ("url_sha256", &file.url_sha256)] {
                let is_sum = |sum: &String| {
                    sum.len() == 64 && sum.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
                };
                if sum.as_ref().is_some_and(|sum| !is_sum(sum)) {
                    return self.fail(key, "write 64 lower-case hexadecimal digits");
                }
            }
            if let Some(url) = &file.url
                && !url.starts_with("https://")
                && !url.starts_with("http://")
            {
                return self.fail("url", "must start with https:// or http://");
            }
            if let Some(mirror) = &file.mirror {
                let is_inside = !mirror.starts_with('/')
                    && !mirror.contains('\\')
                    && mirror
                        .split('/')
                        .all(|part| !part.is_empty() && part != "..");
                if !is_inside {
                    return self.fail("mirror", "must be a relative path inside the mirror folder");
                }
            }
        }
        Ok(())
    }

    fn geometry(&self) -> Result<(), RecipeError> {
        let rule = &self.recipe.geometry;
        let given = |names: &Alternatives| !names.0.is_empty();
        if given(&rule.longitude) != given(&rule.latitude) {
            return self.fail("geometry", "`longitude` and `latitude` belong together");
        }
        let utm = [&rule.easting, &rule.northing, &rule.zone].map(given);
        if utm.contains(&true) && utm.contains(&false) {
            return self.fail(
                "geometry",
                "`easting`, `northing` and `zone` belong together",
            );
        }
        let sources = [
            given(&rule.longitude),
            given(&rule.pair),
            given(&rule.wkt),
            utm[0],
            rule.none,
        ];
        if sources.iter().filter(|given| **given).count() > 1 {
            return self.fail(
                "geometry",
                "the place must come from one kind of columns only",
            );
        }
        if let Some(crs) = &rule.crs {
            Crs::parse(crs)
                .map(|_| ())
                .or_else(|error| self.fail("crs", &error.to_string()))?;
        }
        if let Some(check) = &rule.check
            && !(check.tolerance_m.is_finite() && check.tolerance_m >= 0.0)
        {
            return self.fail("tolerance_m", "must be zero or more");
        }
        Ok(())
    }

    fn field(&self, name: &str, spanned: &Spanned<FieldRule>) -> Result<(), RecipeError> {
        let rule = spanned.get_ref();
        let fail = |reason: String| {
            Err(RecipeError::Invalid {
                name: self.name.to_owned(),
                line: line_of(self.text, spanned.span().start),
                key: format!("fields.{name}"),
                reason,
            })
        };
        let is_plain = name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !is_plain || name.is_empty() || name.starts_with("silt_") || name == "geometry" {
            return fail(
                "use lower-case letters, digits and `_`; silt_ and geometry are taken".into(),
            );
        }
        if rule.from.0.is_empty() == rule.constant.is_none() {
            return fail("give either `from` or `constant`".into());
        }
        let schema = built_in_schema(&self.recipe.collection);
        let known = schema.as_ref().and_then(|schema| schema.field(name));
        // A collection of its own has no fields but those of the recipe; text unless it says so.
        let own_default = schema.is_none().then_some(FieldType::Text);
        let field_type = known
            .map(|field| field.field_type)
            .or(rule.field_type)
            .or(own_default);
        let Some(field_type) = field_type else {
            return fail(format!(
                "the collection {} has no such field; name its `type` to add it",
                self.recipe.collection
            ));
        };
        if rule.field_type.is_some_and(|stated| stated != field_type) {
            return fail(format!("the collection has it as {}", field_type.name()));
        }
        if let Some(unit) = &rule.unit {
            if field_type != FieldType::Real {
                return fail("only real fields have units".into());
            }
            let published = match Unit::parse(unit) {
                Ok(unit) => unit,
                Err(error) => return fail(error.to_string()),
            };
            let target = known.and_then(|field| field.unit.as_deref());
            match target.map(Unit::parse) {
                Some(Ok(target)) if target.dimension() == published.dimension() => {}
                Some(Ok(target)) => {
                    return fail(format!("`{unit}` cannot become `{}`", target.symbol()));
                }
                Some(Err(_)) => return fail(format!("no conversion from `{unit}` is known")),
                None if known.is_some() => return fail("the field has no unit".into()),
                None => {}
            }
        }
        if let Some(field) = known
            && !field.allowed.is_empty()
        {
            let results = rule.map.values().chain(&rule.other);
            for result in results {
                if !result.is_empty() && !field.allowed.contains(result) {
                    return fail(format!(
                        "`{result}` is not one of: {}",
                        field.allowed.join(", ")
                    ));
                }
            }
        }
        if let Some([low, high]) = rule.range
            && low > high
        {
            return fail("the range is empty".into());
        }
        Ok(())
    }

    fn fail<T>(&self, key: &str, reason: &str) -> Result<T, RecipeError> {
        Err(RecipeError::Invalid {
            name: self.name.to_owned(),
            line: line_of_key(self.text, key),
            key: key.to_owned(),
            reason: reason.to_owned(),
        })
    }
}

/// The line where a key or table first stands.
fn line_of_key(text: &str, key: &str) -> usize {
    let found = text.lines().position(|line| {
        let line = line.trim_start().trim_start_matches('[');
        line.strip_prefix(key).is_some_and(|rest| {
            let rest = rest.trim_start();
            rest.starts_with(['=', ']', '.'])
        })
    });
    found.map_or(1, |line| line + 1)
}
