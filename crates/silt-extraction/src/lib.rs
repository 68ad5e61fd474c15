//! From files of vessel positions to tonnes: the archive of positions in Parquet, the kernel run
//! over it vessel by vessel, and extraction added up by region, time and vessel with polars.
//!
//! ```text
//! files -> import -> archive -> detect -> events -> tables -> aggregate -> answer with its manifest
//! ```

pub mod aggregate;
pub mod answer;
pub mod archive;
pub mod collections;
pub mod columns;
pub mod detect;
pub mod events;
pub mod frames;
mod hulls;
pub mod import;
pub mod loads;
pub mod question;
mod read;
pub mod register;
pub mod synthetic;
pub mod tables;
