//! Which features stay when a tile is full: the largest, and an even sample of the rest.

/// What a feature costs and how much it matters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weight {
    /// Bytes it takes.
    pub(crate) bytes: usize,
    /// Its size on the map; zero when no feature is to be preferred.
    pub(crate) size: u64,
}

/// Selects features so that neither `max_bytes` nor `max_features` is exceeded by their sum.
///
/// The largest features (size above zero) take up to half of each budget. The rest are thinned by
/// keeping every k-th in the order given; the pyramids give Morton order, so what stays is spread
/// over the tile as the data are, and no side is cut off.
pub(crate) fn select(weights: &[Weight], max_bytes: usize, max_features: usize) -> Vec<bool> {
    let mut keep = vec![false; weights.len()];
    let total_bytes: usize = weights.iter().map(|weight| weight.bytes).sum();
    if total_bytes <= max_bytes && weights.len() <= max_features {
        keep.fill(true);
        return keep;
    }

    let mut by_size: Vec<usize> = (0..weights.len())
        .filter(|&i| weights[i].size > 0)
        .collect();
    by_size.sort_unstable_by_key(|&i| (std::cmp::Reverse(weights[i].size), i));
    let mut used_bytes = 0;
    let mut used_features = 0;
    for i in by_size {
        let fits =
            used_bytes + weights[i].bytes <= max_bytes / 2 && used_features < max_features / 2;
        if !fits {
            break;
        }
        keep[i] = true;
        used_bytes += weights[i].bytes;
        used_features += 1;
    }

    let rest: Vec<usize> = (0..weights.len()).filter(|&i| !keep[i]).collect();
    let rest_bytes = total_bytes - used_bytes;
    let byte_share = share(max_bytes - used_bytes, rest_bytes);
    let feature_share = share(max_features - used_features, rest.len());
    for (place, i) in rest.into_iter().enumerate() {
        if is_kept(place, byte_share.min(feature_share)) {
            keep[i] = true;
        }
    }
    keep
}

/// True for a share of all places, spread evenly: every k-th for a share of 1/k.
pub(crate) fn is_kept(place: usize, share: f64) -> bool {
    let before = (place as f64 * share).floor();
    let after = ((place + 1) as f64 * share).floor();
    after > before
}

fn share(budget: usize, demand: usize) -> f64 {
    if demand <= budget {
        return 1.0;
    }
    budget as f64 / demand as f64
}

#[cfg(test)]
#[path = "thin_tests.rs"]
mod tests;
