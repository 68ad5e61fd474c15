//! Synthetic vessels of Silt, with the truth beside what they report.
