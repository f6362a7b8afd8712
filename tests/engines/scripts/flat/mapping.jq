def there(f): if . == null then null else f end;
[
  .department,
  .jobTitle,
  .city,
  (.userPrincipalName | there(ascii_downcase)),
  (.mail // .userPrincipalName | there(ascii_downcase)),
  (if .officeLocation and .country then .officeLocation + " (" + .country + ")" else null end),
  (.businessPhone | there(. / " " | add)),
  (.mobilePhone | there(gsub("[ ()/-]+"; ""))),
  (.extensionAttribute1 | there(sub("^CC-(?<number>\\d+)$"; .number))),
  (.extensionAttribute2 | there(trim)),
  (.country | there($countries[.])),
  (.extensionAttribute3 | there($divisions[.] // "Other"))
]
