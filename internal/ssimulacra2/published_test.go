package ssimulacra2

import "image"

// published has the scores that the published program computes.
var published = map[image.Point]map[string]float64{
	{X: 200, Y: 150}: {
		"brighter":     90.662,
		"fewer levels": 67.280,
		"fewer pixels": 55.525,
		"noise":        92.227,
		"softer":       57.389,
	},
	{X: 333, Y: 517}: {
		"brighter":     91.592,
		"fewer levels": 65.903,
		"fewer pixels": 50.278,
		"noise":        91.528,
		"softer":       55.447,
	},
	{X: 190, Y: 260}: {
		"brighter":     90.971,
		"fewer levels": 66.040,
		"fewer pixels": 52.441,
		"noise":        92.041,
		"softer":       56.913,
	},
}
