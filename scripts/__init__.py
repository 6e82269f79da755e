"""Tools of the checkout: compile, deploy, network, gas, demo. None is part of the wheel."""
