//! The provider side of the SDK: a sans-I/O state machine behind `advance`.
