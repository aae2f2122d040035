"""How clients under test are called: Python callables, and programs."""
