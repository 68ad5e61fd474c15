//! `silt edit`: one feature changed by hand.

use anyhow::{Context, Result};
use geo_types::{Geometry, Point};
use silt_index::regions::{
    DEFAULT_COAST_TOLERANCE_KM, RegionRule, clear_position_flags, place_feature,
};
use silt_model::{Feature, FeatureId, FieldType, Value};
use silt_store::Store;

use super::{Outcome, open_to_write, region_index};
use crate::cli::{Cli, EditArgs};
use crate::output;

/// Runs the command.
pub(crate) fn run(cli: &Cli, args: &EditArgs) -> Result<Outcome> {
    let Some(id) = FeatureId::parse(&args.id) else {
        anyhow::bail!("`{}` is not a feature id; write source:record", args.id);
    };
    let mut store = open_to_write(cli)?;
    let observed_at = jiff::Timestamp::now().to_string();
    let changed = if args.delete {
        store.edit(&args.collection, &id, None, &observed_at)?
    } else {
        let feature = edited(&store, args, &id)?;
        store.edit(&args.collection, &id, Some(&feature), &observed_at)?
    };
    output::line(if changed {
        format!("{} changed at {observed_at}", args.id)
    } else {
        "nothing to change".to_owned()
    });
    Ok(Outcome::Done)
}

/// The feature as it is now, or a new one, with the edits made.
fn edited(store: &dyn Store, args: &EditArgs, id: &FeatureId) -> Result<Feature> {
    let infos = store.collections()?;
    let Some(info) = infos.iter().find(|info| info.schema.id == args.collection) else {
        anyhow::bail!(
            "there is no collection `{}`; `silt collections` lists them",
            args.collection
        );
    };
    let mut feature = match store.feature(&args.collection, id)? {
        Some(stored) => stored.feature,
        None => Feature {
            row: 1,
            record_id: id.record.clone(),
            geometry: None,
            properties: Vec::new(),
            original: None,
            source_crs: None,
            location_accuracy: None,
            flags: Vec::new(),
            regions: Vec::new(),
        },
    };
    for assignment in &args.set {
        let (name, text) = assignment
            .split_once('=')
            .with_context(|| format!("`{assignment}` is not FIELD=VALUE"))?;
        let field_type = info
            .schema
            .field(name)
            .map_or(FieldType::Text, |field| field.field_type);
        let value = typed(name, text, field_type)?;
        feature.properties.retain(|(key, _)| key.as_ref() != name);
        feature.properties.push((name.into(), value));
    }
    if let Some(text) = &args.point {
        feature.geometry = Some(Geometry::Point(point(text)?));
        clear_position_flags(&mut feature);
        let rule = RegionRule::for_domain(info.schema.domain, DEFAULT_COAST_TOLERANCE_KM);
        place_feature(&mut feature, &region_index(store)?, rule);
    }
    Ok(feature)
}

fn typed(name: &str, text: &str, field_type: FieldType) -> Result<Value> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let refuse = || {
        format!(
            "`{name}` holds values of type {}; `{text}` is none",
            field_type.name()
        )
    };
    Ok(match field_type {
        FieldType::Boolean => Value::Bool(text.parse().with_context(refuse)?),
        FieldType::Integer => Value::Int(text.parse().with_context(refuse)?),
        FieldType::Real => {
            let number: f64 = text.parse().with_context(refuse)?;
            anyhow::ensure!(number.is_finite(), refuse());
            Value::Real(number)
        }
        FieldType::Date => Value::Text(
            text.parse::<silt_model::PartialDate>()
                .with_context(refuse)?
                .to_string(),
        ),
        FieldType::Text => Value::Text(text.to_owned()),
        FieldType::Json => Value::from_json(serde_json::from_str(text).with_context(refuse)?),
    })
}

fn point(text: &str) -> Result<Point<f64>> {
    let refuse = || format!("`{text}` is not LON,LAT in degrees");
    let (longitude, latitude) = text.split_once(',').with_context(refuse)?;
    let longitude: f64 = longitude.trim().parse().with_context(refuse)?;
    let latitude: f64 = latitude.trim().parse().with_context(refuse)?;
    anyhow::ensure!(
        (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude),
        refuse()
    );
    Ok(Point::new(longitude, latitude))
}
