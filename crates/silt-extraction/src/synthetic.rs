//! Positions of the synthetic fleet as Parquet, for benchmarks of a size that CSV is too slow for.

use std::io::Write;

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{ParquetCompression, ParquetWriter, PolarsError};
use silt_ais::PositionBatch;
use silt_synth::VesselTrack;

use crate::columns::to_frame;

/// Rows of a group.
const GROUP_ROWS: usize = 500_000;

/// Writes tracks one after the other.
pub struct ParquetPositions<W: Write> {
    writer: BatchedWriter<W>,
    pending: PositionBatch,
}

impl<W: Write> ParquetPositions<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn new(out: W) -> Result<Self, PolarsError> {
        let schema = to_frame(&PositionBatch::default())?.schema().clone();
        let writer = ParquetWriter::new(out)
            .with_compression(ParquetCompression::Lz4Raw)
            .batched(&schema)?;
        Ok(ParquetPositions {
            writer,
            pending: PositionBatch::default(),
        })
    }

    /// Adds the positions of a track.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&mut self, track: &VesselTrack) -> Result<(), PolarsError> {
        let own = &track.positions;
        let pending = &mut self.pending;
        pending.mmsi.extend_from_slice(&own.mmsi);
        pending.time_ms.extend_from_slice(&own.time_ms);
        pending.lon_deg.extend_from_slice(&own.lon_deg);
        pending.lat_deg.extend_from_slice(&own.lat_deg);
        pending.sog_kn.extend_from_slice(&own.sog_kn);
        pending.cog_deg.extend_from_slice(&own.cog_deg);
        pending.heading_deg.extend_from_slice(&own.heading_deg);
        pending.draught_m.extend_from_slice(&own.draught_m);
        pending.nav_status.extend_from_slice(&own.nav_status);
        pending.synthetic.resize(pending.mmsi.len(), true);
        if pending.len() >= GROUP_ROWS {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), PolarsError> {
        let frame = to_frame(&std::mem::take(&mut self.pending))?;
        self.writer.write_batch(&frame)
    }

    /// Ends the file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(mut self) -> Result<(), PolarsError> {
        self.flush()?;
        self.writer.finish()?;
        Ok(())
    }
}
