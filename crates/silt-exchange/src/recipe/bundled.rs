//! All recipes: those built into the program, and those of a folder of the user.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Recipe, RecipeError};

/// Environment variable that names a folder of recipes.
pub const SOURCES_VARIABLE: &str = "SILT_SOURCES";

macro_rules! bundled {
    ($($id:literal),* $(,)?) => {
        [$((
            concat!($id, ".toml"),
            include_str!(concat!("../../../../datasets/sources/", $id, ".toml")),
        )),*]
    };
}

const BUNDLED: [(&str, &str); 24] = bundled![
    "brazil-anm-2022",
    "brazil-sigbm",
    "brumadinho-2019",
    "canada-mincan",
    "chile-sernageomin",
    "csp2-failures",
    "digitraffic-baltic-202512",
    "dma-ais-20131112",
    "dredger-registry",
    "gem-coal-boundaries",
    "gem-coal-mines",
    "geonames",
    "global-tailings-portal",
    "icold-registry",
    "minmod",
    "natural-earth-admin1",
    "natural-earth-countries",
    "natural-earth-seas",
    "noaa-marinecadastre-sample",
    "solent-ais-20160112",
    "synthetic-vessels",
    "us-nid",
    "us-nid-tailings",
    "wpi-ports",
];

/// Recipes by id.
#[derive(Debug, Clone)]
pub struct Recipes {
    by_id: BTreeMap<String, Recipe>,
}

impl Recipes {
    /// The recipes built into the program.
    ///
    /// # Errors
    ///
    /// [`RecipeError`]; never in a tested build.
    pub fn bundled() -> Result<Recipes, RecipeError> {
        let mut by_id = BTreeMap::new();
        for (name, text) in BUNDLED {
            let recipe = Recipe::parse(text, name)?;
            by_id.insert(recipe.id.clone(), recipe);
        }
        Ok(Recipes { by_id })
    }

    /// The built-in recipes and those of the folder, which win over built-in ones of the same id.
    ///
    /// # Errors
    ///
    /// [`RecipeError`] where the folder or a `.toml` file in it cannot be read as a recipe.
    pub fn with_folder(folder: &Path) -> Result<Recipes, RecipeError> {
        let mut recipes = Recipes::bundled()?;
        let unreadable = |error: std::io::Error| RecipeError::Unreadable {
            name: folder.display().to_string(),
            reason: error.to_string(),
        };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                paths.push(path);
            }
        }
        paths.sort();
        for path in paths {
            let recipe = Recipe::load(&path)?;
            recipes.by_id.insert(recipe.id.clone(), recipe);
        }
        Ok(recipes)
    }

    /// The recipe of a source.
    pub fn get(&self, id: &str) -> Option<&Recipe> {
        self.by_id.get(id)
    }

    /// All recipes in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Recipe> {
        self.by_id.values()
    }
}
