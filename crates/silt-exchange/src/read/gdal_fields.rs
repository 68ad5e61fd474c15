//! What GDAL knows of fields and the `gdal` crate has no call for.

use gdal::vector::{Defn, Feature};

/// What the values of a column stand for beyond their type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing beyond the type.
    Plain,
    /// Numbers 0 and 1 that are truth values.
    Boolean,
    /// Texts that are JSON.
    Json,
}

/// What the values of a column stand for.
#[expect(
    unsafe_code,
    reason = "the gdal crate has no call for the subtype of a field"
)]
pub(super) fn meaning(layer: &Defn, column: usize) -> Meaning {
    let Ok(column) = i32::try_from(column) else {
        return Meaning::Plain;
    };
    // SAFETY: the definition lives as long as its layer, which is borrowed here; GDAL answers a
    // column number that it does not have with null, which is not used.
    let subtype = unsafe {
        let field = gdal_sys::OGR_FD_GetFieldDefn(layer.c_defn(), column);
        if field.is_null() {
            return Meaning::Plain;
        }
        gdal_sys::OGR_Fld_GetSubType(field)
    };
    match subtype {
        gdal_sys::OGRFieldSubType::OFSTBoolean => Meaning::Boolean,
        gdal_sys::OGRFieldSubType::OFSTJSON => Meaning::Json,
        _ => Meaning::Plain,
    }
}

/// Whether a feature has a value in a column. An empty text is a value.
#[expect(
    unsafe_code,
    reason = "the gdal crate reads fields that are not set as empty text or zero"
)]
pub(super) fn is_set(feature: &Feature<'_>, column: usize) -> bool {
    let Ok(number) = i32::try_from(column) else {
        return false;
    };
    if column >= feature.field_count() {
        return false;
    }
    // SAFETY: the feature is borrowed, and the column number is one that it has.
    unsafe { gdal_sys::OGR_F_IsFieldSetAndNotNull(feature.c_feature(), number) != 0 }
}
