"""What developers run by hand, through make: figures, calibration, documents, the picture, the bundled model."""
