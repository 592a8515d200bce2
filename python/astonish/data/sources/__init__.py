"""Where ratings are read from: files, frames, built-in data sets."""
