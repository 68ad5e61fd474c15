//! Long work of Silt: jobs that report progress, can be cancelled and survive a restart.
