"""The buttons under messages, and what they carry: a verb and its arguments, at most 64 bytes.

source:QUESTION:MARK      open a cited source             page:QUESTION:MARK:PAGE   turn its pages
similar:QUESTION          list similar cases              case:CASE:PAGE            open or turn one
rate:QUESTION:1|-1        rate an answer                  none:QUESTION             none of the sections fits
try:N                     ask a suggested question
"""
