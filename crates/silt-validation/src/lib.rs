//! The validation report of marine sand: synthetic truth, real negatives, published figures.
