package storagetest

var concurrencyRules = []rule{}
