package storagetest

var removeRules = []rule{}
