"""The agents' server: what the graph can be asked, as tools of the Model Context Protocol on standard input and output."""
