#ifndef ND_CPU_H
#define ND_CPU_H

/// The twelve letters by which a hypervisor names itself to its guest, or "" on bare metal and on processors that have no
/// such word. `name` takes 13 bytes. Swift has no cpuid instruction.
void nd_hypervisor_name(char name[13]);

#endif
