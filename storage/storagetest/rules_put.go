package storagetest

var putRules = []rule{}
