use super::*;

#[test]
fn four_and_six_numbers() {
    assert_eq!(parse_bbox("1,2,3,4"), Ok([1.0, 2.0, 3.0, 4.0]));
    assert_eq!(parse_bbox(" 1, 2 ,3,4e0"), Ok([1.0, 2.0, 3.0, 4.0]));
    assert_eq!(parse_bbox("1,2,-5,3,4,9"), Ok([1.0, 2.0, 3.0, 4.0]));
    assert_eq!(
        parse_bbox("-180,-90,180,90"),
        Ok([-180.0, -90.0, 180.0, 90.0])
    );
}

#[test]
fn west_beyond_east_crosses_the_antimeridian() {
    assert_eq!(
        parse_bbox("170,-20,-170,-10"),
        Ok([170.0, -20.0, -170.0, -10.0])
    );
}

#[test]
fn each_error_names_its_part() {
    let not_a_number = |part: &str| Err(BboxError::NotANumber(part.to_owned()));
    assert_eq!(parse_bbox(""), not_a_number(""));
    assert_eq!(parse_bbox("1,2,x,4"), not_a_number("x"));
    assert_eq!(parse_bbox("1,2,NaN,4"), not_a_number("NaN"));
    assert_eq!(parse_bbox("1,2,inf,3,4,5"), not_a_number("inf"));
    assert_eq!(parse_bbox("1,2,3,1e999"), not_a_number("1e999"));
    assert_eq!(parse_bbox("1,2,3"), Err(BboxError::Count(3)));
    assert_eq!(parse_bbox("1,2,3,4,5"), Err(BboxError::Count(5)));
    assert_eq!(parse_bbox("1,2,3,4,5,6,7"), Err(BboxError::Count(7)));
    assert_eq!(parse_bbox("-181,0,0,0"), Err(BboxError::Longitude(-181.0)));
    assert_eq!(parse_bbox("0,0,181,0"), Err(BboxError::Longitude(181.0)));
    assert_eq!(parse_bbox("0,-91,0,0"), Err(BboxError::Latitude(-91.0)));
    assert_eq!(
        parse_bbox("0,5,1,4"),
        Err(BboxError::SouthOfNorth {
            south: 5.0,
            north: 4.0
        })
    );
}

#[test]
fn a_long_text_is_not_repeated_whole() {
    let Err(BboxError::NotANumber(shown)) = parse_bbox(&"é".repeat(10_000)) else {
        panic!("it is no number");
    };
    assert_eq!(shown.chars().count(), SHOWN_CHARS);
    let many = "1,".repeat(100_000);
    assert_eq!(parse_bbox(&many), Err(BboxError::Count(100_001)));
}
