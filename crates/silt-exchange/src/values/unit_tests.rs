use proptest::prelude::*;

use super::*;

const ALL: &[Unit] = &[
    Unit::Metre,
    Unit::Kilometre,
    Unit::Foot,
    Unit::Mile,
    Unit::SquareMetre,
    Unit::Hectare,
    Unit::SquareKilometre,
    Unit::Acre,
    Unit::SquareMile,
    Unit::Litre,
    Unit::CubicMetre,
    Unit::ThousandCubicMetres,
    Unit::MillionCubicMetres,
    Unit::AcreFoot,
    Unit::CubicYard,
    Unit::Kilogram,
    Unit::Tonne,
    Unit::Kilotonne,
    Unit::Megatonne,
    Unit::ShortTon,
    Unit::MillionShortTons,
];

#[test]
fn names_of_units() {
    for (text, unit) in [
        ("ft", Unit::Foot),
        ("Feet", Unit::Foot),
        ("m", Unit::Metre),
        ("metros", Unit::Metre),
        ("m³", Unit::CubicMetre),
        ("M3", Unit::CubicMetre),
        ("m^3", Unit::CubicMetre),
        ("(m³)", Unit::CubicMetre),
        ("cu. meters", Unit::CubicMetre),
        ("cubic metres", Unit::CubicMetre),
        ("Mm3", Unit::MillionCubicMetres),
        ("hm³", Unit::MillionCubicMetres),
        ("MCM", Unit::MillionCubicMetres),
        ("acre-ft", Unit::AcreFoot),
        ("Acre-feet", Unit::AcreFoot),
        ("AF", Unit::AcreFoot),
        ("Km2", Unit::SquareKilometre),
        ("m²", Unit::SquareMetre),
        ("ha", Unit::Hectare),
        ("hectáreas", Unit::Hectare),
        ("t", Unit::Tonne),
        ("toneladas", Unit::Tonne),
        ("Mt", Unit::Megatonne),
        ("Mtonnes", Unit::Megatonne),
        ("kt", Unit::Kilotonne),
        ("short tons", Unit::ShortTon),
        ("Mst", Unit::MillionShortTons),
        ("miles", Unit::Mile),
    ] {
        assert_eq!(Unit::parse(text), Ok(unit), "{text:?}");
    }
}

#[test]
fn every_symbol_is_read_back() {
    for &unit in ALL {
        assert_eq!(Unit::parse(unit.symbol()), Ok(unit), "{unit:?}");
    }
}

#[test]
fn names_with_two_meanings_are_refused() {
    for text in ["MT", "mt", "ton", "tons", "TONS"] {
        let error = Unit::parse(text).expect_err(text);
        assert!(
            matches!(error, UnitError::Ambiguous { .. }),
            "{text:?}: {error}"
        );
    }
    for text in ["", "mm3", "furlong", "m4", "kg/m3"] {
        let error = Unit::parse(text).expect_err(text);
        assert!(
            matches!(error, UnitError::Unknown { .. }),
            "{text:?}: {error}"
        );
    }
}

#[test]
fn conversions_by_definition() {
    for (value, from, to, expected) in [
        (1.0, Unit::Foot, Unit::Metre, 0.3048),
        (1.0, Unit::AcreFoot, Unit::CubicMetre, 1_233.481_837_547_52),
        (
            40_030.0,
            Unit::AcreFoot,
            Unit::CubicMetre,
            49_376_277.957_027_23,
        ),
        (1.0, Unit::ShortTon, Unit::Kilogram, 907.18474),
        (1.0, Unit::Mile, Unit::Kilometre, 1.609344),
        (1.0, Unit::Mile, Unit::Foot, 5280.0),
        (640.0, Unit::Acre, Unit::SquareMile, 1.0),
        (1.0, Unit::Megatonne, Unit::Tonne, 1e6),
        (2.5, Unit::MillionCubicMetres, Unit::CubicMetre, 2.5e6),
        (100.0, Unit::Hectare, Unit::SquareKilometre, 1.0),
        (1000.0, Unit::Litre, Unit::CubicMetre, 1.0),
        (43_560.0 / 27.0, Unit::CubicYard, Unit::AcreFoot, 1.0),
    ] {
        let converted = convert(value, from, to).expect("one dimension");
        let relative_error = (converted / expected - 1.0).abs();
        assert!(
            relative_error < 1e-15,
            "{value} {from:?} is {converted} {to:?}"
        );
    }
}

#[test]
fn dimensions_do_not_mix() {
    let error = convert(1.0, Unit::Tonne, Unit::CubicMetre).expect_err("mass is not volume");
    assert_eq!(
        error.to_string(),
        "Tonne is a unit of mass, CubicMetre of volume"
    );
    assert!(convert(1.0, Unit::Acre, Unit::AcreFoot).is_err());
}

#[test]
fn numbers_with_their_unit() {
    let read = |text| parse_quantity(text, NumberFormat::Point);
    let quantity = |value, unit| Ok(Quantity { value, unit });
    assert_eq!(
        read("1,200,000 tonnes"),
        quantity(1_200_000.0, Some(Unit::Tonne))
    );
    assert_eq!(read("12.5ha"), quantity(12.5, Some(Unit::Hectare)));
    assert_eq!(read("26"), quantity(26.0, None));
    assert_eq!(read("1.58E-05"), quantity(1.58e-5, None));
    assert!(matches!(read("5 tons"), Err(UnitError::Ambiguous { .. })));
    assert!(matches!(read("5 parsecs"), Err(UnitError::Unknown { .. })));
    assert!(matches!(read("Small"), Err(UnitError::Number(_))));
    assert!(matches!(
        read(""),
        Err(UnitError::Number(NumberError::Empty))
    ));
}

proptest! {
    #[test]
    fn never_panics(text in any::<String>()) {
        let _ = Unit::parse(&text);
        let _ = parse_quantity(&text, NumberFormat::Auto);
    }

    #[test]
    fn there_and_back(value in -1e9_f64..1e9, from in 0..ALL.len(), to in 0..ALL.len()) {
        let (from, to) = (ALL[from], ALL[to]);
        match convert(value, from, to) {
            Ok(converted) => {
                let back = convert(converted, to, from).expect("the same dimension");
                prop_assert!((back - value).abs() <= value.abs() * 1e-15);
            }
            Err(_) => prop_assert_ne!(from.dimension(), to.dimension()),
        }
    }
}
