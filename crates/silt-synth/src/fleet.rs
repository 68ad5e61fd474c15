//! A fleet: vessels, and the track of each on request.

use crate::config::{ConfigError, FleetConfig};
use crate::plan::{self, FleetLoads};
use crate::report;
use crate::track::VesselTrack;
use crate::vessel::SynthVessel;

/// A synthetic fleet. It holds who the vessels are; tracks are made on request
/// and forgotten, so memory is that of the tracks the caller holds.
#[derive(Debug, Clone)]
pub struct Fleet {
    config: FleetConfig,
    loads: FleetLoads,
    vessels: Vec<SynthVessel>,
}

impl Fleet {
    /// # Errors
    /// When the configuration is out of range.
    pub fn new(config: FleetConfig) -> Result<Fleet, ConfigError> {
        config.validate()?;
        let vessels = (0..config.vessels)
            .map(|index| SynthVessel::new(&config, index))
            .collect();
        let loads = FleetLoads::new(&config);
        Ok(Fleet {
            config,
            loads,
            vessels,
        })
    }

    /// What the fleet is made of.
    pub fn config(&self) -> &FleetConfig {
        &self.config
    }

    /// Every vessel, by number.
    pub fn vessels(&self) -> &[SynthVessel] {
        &self.vessels
    }

    /// Mean fill of this fleet's loads, share of the hopper volume, before
    /// loads that are small for a reason.
    pub fn true_fill(&self) -> f64 {
        self.loads.fill
    }

    /// Mean bulk density of this fleet's loads, t/m3.
    pub fn true_density_t_m3(&self) -> f64 {
        self.loads.density_t_m3
    }

    /// Reports and truth of a vessel; an empty track where there is no vessel of that number.
    pub fn track(&self, index: u32) -> VesselTrack {
        let mut track = VesselTrack::default();
        self.track_into(index, false, &mut track);
        track
    }

    /// As [`Fleet::track`], with the true position of each report.
    pub fn track_with_true_positions(&self, index: u32) -> VesselTrack {
        let mut track = VesselTrack::default();
        self.track_into(index, true, &mut track);
        track
    }

    /// As [`Fleet::track`], into a track whose memory is used again.
    pub fn track_into(&self, index: u32, with_true_positions: bool, track: &mut VesselTrack) {
        let Some(vessel) = self.vessels.get(index as usize) else {
            *track = VesselTrack {
                vessel: index,
                ..VesselTrack::default()
            };
            return;
        };
        let plan = plan::plan(&self.config, self.loads, vessel);
        report::report(&self.config, vessel, plan, with_true_positions, track);
    }
}

#[cfg(test)]
#[path = "distribution_tests.rs"]
mod distribution_tests;
#[cfg(test)]
#[path = "fleet_tests.rs"]
mod tests;
