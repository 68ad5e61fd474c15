#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]
use silt_index::regions::*;
use std::io::BufRead;
fn main() {
    let tol: f64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let index = RegionIndex::bundled();
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let mut c = line.split('\t');
        let (id, lon, lat) = (c.next().unwrap(), c.next().unwrap(), c.next().unwrap());
        let p = geo_types::Point::new(lon.parse().unwrap(), lat.parse().unwrap());
        let a = index.regions_of(&p.into(), RegionRule { coast_tolerance_km: tol });
        println!("{id}\t{lon}\t{lat}\t{}\t{:?}\t{:?}", a.regions.join(","), a.by_tolerance_km, a.admin1_by_tolerance_km);
    }
}
