using PollMode.Examples.PacketGen;

namespace PollMode.PacketGen.Tests;

/// <summary>The program without a process of its own: for many short questions.</summary>
internal static class InProcess
{
    private static readonly Lock Gate = new();

    public static (int ExitCode, string Output) Run(params string[] arguments)
    {
        lock (Gate)
        {
            TextWriter output = Console.Out;
            TextWriter errors = Console.Error;
            using var writer = new StringWriter();
            try
            {
                Console.SetOut(writer);
                Console.SetError(writer);
                return (CommandLine.Invoke(arguments), writer.ToString());
            }
            finally
            {
                Console.SetOut(output);
                Console.SetError(errors);
            }
        }
    }
}
