"""03_segmentation: segments by behaviour, clusters, interests, what segments are worth."""
