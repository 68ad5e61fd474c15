use super::*;

fn read(query: &str) -> JointQuestion {
    match JointQuestion::read(Some(query)) {
        Ok(question) => question,
        Err(problem) => panic!("{query}: {}", problem.detail()),
    }
}

fn refused(query: &str) -> String {
    match JointQuestion::read(Some(query)) {
        Ok(_) => panic!("{query} is read"),
        Err(problem) => {
            assert_eq!(problem.status(), 400, "{query}");
            let (name, _) = problem.first_violation().expect("a reason");
            name.to_owned()
        }
    }
}

#[test]
fn a_collection_has_its_own_parameters_before_the_shared_ones() {
    let question = read(
        "collections=tailings,mines,zones&datetime=2020&value=density&mines.datetime=2021/..\
         &tailings.filter=hazard%3D'H'&zones.value=sum:area_m2&filter-lang=cql2-text&limit=7&f=csv&minimum=3",
    );
    assert_eq!(question.minimum, 3);
    let own = |at: usize, name: &str| question.parts[at].parameters.get(name);
    let ids: Vec<&str> = question
        .parts
        .iter()
        .map(|part| part.collection.as_str())
        .collect();
    assert_eq!(ids, ["tailings", "mines", "zones"]);
    assert_eq!(own(0, "filter"), Some("hazard='H'"));
    assert_eq!((own(1, "filter"), own(2, "filter")), (None, None));
    assert_eq!(own(0, "datetime"), Some("2020"));
    assert_eq!(own(1, "datetime"), Some("2021/.."));
    assert_eq!(own(2, "datetime"), Some("2020"));
    assert_eq!(own(0, "value"), Some("density"));
    assert_eq!(
        own(2, "value"),
        Some("sum:area_m2"),
        "`zones.` comes after `value` in order"
    );
    for at in 0..3 {
        assert_eq!(own(at, "limit"), Some("7"));
        assert_eq!(own(at, "filter-lang"), Some("cql2-text"));
        for name in ["collections", "minimum", "f"] {
            assert_eq!(own(at, name), None, "{name} belongs to the whole");
        }
    }
}

#[test]
fn an_own_parameter_of_a_collection_that_sorts_early_is_not_overwritten() {
    let question = read("collections=aaa,bbb&aaa.value=mean:height_m&value=count");
    assert_eq!(
        question.parts[0].parameters.get("value"),
        Some("mean:height_m")
    );
    assert_eq!(question.parts[1].parameters.get("value"), Some("count"));
}

#[test]
fn unknown_names_are_refused_by_their_name() {
    for (query, named) in [
        ("collections=a,b&c.filter=x%3D1", "c.filter"),
        ("collections=a,b&a.region=iso3:CHL", "a.region"),
        ("collections=a,b&a.=1", "a."),
        ("collections=a,b&.filter=1", ".filter"),
        ("collections=a,b&a.filter.more=1", "a.filter.more"),
        ("collections=a,b&filter=x%3D1", "filter"),
        ("collections=a,b&source=s", "source"),
        ("collections=a,b&value=sum:height_m", "value"),
        ("collections=a,b&minimum=3", "minimum"),
        ("collections=a,b&a.source=s&a.source=t", "a.source"),
        ("a.filter=x%3D1", "collections"),
        ("collections=a", "collections"),
        ("collections=a,a", "collections"),
        ("collections=a,b,c,d,e,f,g,h,i,j,k", "collections"),
    ] {
        assert_eq!(refused(query), named, "{query}");
    }
}

#[test]
fn a_problem_is_told_under_the_name_that_was_given() {
    let question = read("collections=a,b&a.filter=x&datetime=2020");
    let of_filter = || Problem::invalid_parameter("filter", "is no filter");
    let of_time = || Problem::invalid_parameter("datetime", "is no time");
    let name = |problem: Problem| {
        let named = problem.first_violation().map(|(name, _)| name.to_owned());
        named.expect("a reason")
    };
    assert_eq!(name(question.parts[0].named(of_filter())), "a.filter");
    assert_eq!(name(question.parts[1].named(of_filter())), "filter");
    assert_eq!(
        name(question.parts[0].named(of_time())),
        "datetime",
        "it is shared"
    );
}
