def there(f): if . == null then null else f end;
def normal: gsub("[^+0-9]*\\(0\\)|[^+0-9]+"; "") | if startswith("00") then "+" + .[2:] elif startswith("0") then "+49" + .[1:] else . end;
[
  .department,
  .jobTitle,
  .city,
  (.userPrincipalName | there(ascii_downcase)),
  (.mail // .userPrincipalName | there(ascii_downcase)),
  (if .officeLocation and .country then .officeLocation + " (" + .country + ")" else null end),
  (.businessPhones[0] | there(normal)),
  (.mobilePhone | there(normal)),
  (.onPremisesExtensionAttributes.extensionAttribute1 | there(sub("^CC-(?<number>\\d+)$"; .number))),
  (.accountEnabled | there(if . then "active" else "inactive" end)),
  (.country | there($countries[.])),
  (.onPremisesExtensionAttributes.extensionAttribute3 | there($divisions[.] // "Other"))
]
