
BPlus214_Output_0J(h-
ÄáD
C"(EÎıE˜¨XÅYKŞÄ±NÉÅ¨÷ûE†èÄGD