"""Casino Club: the project package, which composes the apps and owns what all of them share."""
