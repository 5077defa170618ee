package storagetest

var fileRules = []rule{}
